package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Span selects endings of acts in a time.
type Span struct {
	// From is inclusive, Until exclusive.
	From, Until time.Time
	// Actions are those of which every ending is wanted, and Undone those of which only what was refused, failed, or is unknown.
	Actions, Undone []Action
	// Limit is the most entries.
	Limit int
}

// Between returns the first endings in a time, oldest first. Each action is read from its own index, so that it costs the
// same however much else was done in that time.
func (l *Log) Between(ctx context.Context, s Span) ([]Entry, error) {
	var parts []string

	part := func(where string) {
		parts = append(parts, fmt.Sprintf(`SELECT %[1]s FROM (SELECT %[1]s FROM opsconsole_audit WHERE %[2]s AND at >= $1 AND at < $2
			ORDER BY at, seq LIMIT %[3]d) AS part`, storedColumns, where, s.Limit))
	}

	for _, action := range s.Actions {
		part("action = " + quoted(action) + " AND outcome <> " + quoted(Intent))
	}

	if len(s.Undone) > 0 {
		named := make([]string, len(s.Undone))
		for i, action := range s.Undone {
			named[i] = quoted(action)
		}

		for _, outcome := range []Outcome{Refused, Failed, Unknown} {
			part("outcome = " + quoted(outcome) + " AND action IN (" + strings.Join(named, ", ") + ")")
		}
	}

	if len(parts) == 0 {
		return nil, nil
	}

	page, err := l.listFrom(ctx, "("+strings.Join(parts, " UNION ALL ")+") AS found", s.Limit, "ORDER BY at, seq",
		store.Time{Time: s.From}, store.Time{Time: s.Until})

	return page.Items, err
}

// storedColumns are those of which [columns] are read.
const storedColumns = `seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent, change_id,
	before_json, after_json, message, prev_hash, hash, issuer, subject, identity_hash, chain, mac`

// quoted is a word of the log's own as a query has it: a database can plan for it then. It is empty for any other.
func quoted[T ~string](word T) string {
	if !slices.Contains(Actions(), Action(word)) && !slices.Contains(Outcomes(), Outcome(word)) {
		word = ""
	}

	return "'" + string(word) + "'"
}
