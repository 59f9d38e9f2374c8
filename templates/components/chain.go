package components

import (
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Chain says what the last verification of the audit log found.
func Chain(s audit.State) Line {
	switch {
	case s.Broken != "":
		return Line{State: Bad, Text: "The chain is broken: " + s.Broken + "."}
	case s.At.IsZero() && s.UpTo > 0:
		return Line{State: Unknown, Text: "The chain is being verified: intact up to " + format.Count(s.UpTo) + " so far."}
	case s.At.IsZero():
		return Line{State: Unknown, Text: "The chain has not been verified since the console started."}
	case s.MissingKey != "":
		return Line{State: Unknown, Text: "The chain cannot be verified: entries are chained with the key " + s.MissingKey +
			", which is missing. Set it with --audit-keys."}
	case s.UpTo == 0:
		return Line{State: OK, Text: "There was no entry to verify yet. " + howKeyed(s)}
	default:
		return Line{State: OK, Text: "The chain is intact: verified up to no. " + format.Count(s.UpTo) + ". " + howKeyed(s)}
	}
}

func howKeyed(s audit.State) string {
	if s.KeyedFrom == 0 {
		return "Entries are not keyed (--audit-keys)."
	}

	return "From entry " + format.Count(s.KeyedFrom) + " on, entries are keyed."
}
