package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// span is some entries without a code, one after the other.
type span struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

func (s span) String() string {
	if s.First == s.Last {
		return strconv.FormatInt(s.First, 10)
	}

	return fmt.Sprintf("%d to %d", s.First, s.Last)
}

func (c *Checker) addUnkeyed(seq int64) {
	if n := len(c.unkeyed); n > 0 && c.unkeyed[n-1].Last == seq-1 {
		c.unkeyed[n-1].Last = seq
	} else {
		c.unkeyed = append(c.unkeyed, span{seq, seq})
	}
}

// accept takes those of the spans for accepted, and no others: what lost its code after somebody accepted others is found.
func (c *Checker) accept(spans []span) {
	c.accepted = append(c.accepted, spans...)
	c.unkeyed = without(c.unkeyed, spans)
}

// without is what is left of spans.
func without(spans, accepted []span) []span {
	for _, a := range accepted {
		var left []span

		for _, s := range spans {
			if before := (span{s.First, min(s.Last, a.First-1)}); before.First <= before.Last {
				left = append(left, before)
			}

			if after := (span{max(s.First, a.Last+1), s.Last}); after.First <= after.Last {
				left = append(left, after)
			}
		}

		spans = left
	}

	return spans
}

// looked takes over what another one found that looked through all up to its end, which this one passed before.
func (c *Checker) looked(whole *Checker) {
	end := span{1, whole.Reached.Seq}

	c.MissingKey = whole.MissingKey
	c.unkeyed = append(without(whole.unkeyed, c.accepted), without(c.unkeyed, []span{end})...)
}

// unkeyedFound names the first one that nobody has accepted.
func (c *Checker) unkeyedFound() string {
	if len(c.unkeyed) == 0 {
		return ""
	}

	found := fmt.Sprintf("entry %d is not keyed, although entry %d is", c.unkeyed[0].First, c.Reached.KeyedFrom)

	if last := c.unkeyed[len(c.unkeyed)-1].Last; last != c.unkeyed[0].First {
		found += fmt.Sprintf(", nor are others up to %d", last)
	}

	return found
}

// Accepted names the entries without a code that are accepted, "" for none.
func (c *Checker) Accepted() string { return listed(c.accepted) }

func listed(spans []span) string {
	names := make([]string, 0, len(spans))
	for _, s := range spans {
		names = append(names, s.String())
	}

	return strings.Join(names, ", ")
}

// acceptance is what an entry that accepts others holds.
type acceptance struct {
	Entries []span `json:"entries"`
}

// acceptedBy are the entries without a code that an entry accepts. It has a code itself, so that only who has a key accepts anything.
func acceptedBy(e Entry) []span {
	var a acceptance
	if e.Action != LogAccept || e.Outcome != Done || json.Unmarshal(e.After, &a) != nil {
		return nil
	}

	return slices.DeleteFunc(a.Entries, func(s span) bool { return s.First > s.Last })
}

// Accept accepts the entries that are not keyed although one before them is, after it has looked through the whole log, and
// notes that in it. They stay what they are: entries that whoever can write the database may have written. It names them;
// where anything else does not fit, or nothing is to be accepted, it fails.
func (l *Log) Accept(ctx context.Context, reason string) (accepted string, err error) {
	c := NewChecker(l.Keys, l.KeyedFrom)
	if _, err := l.Check(ctx, c); err != nil {
		return "", err
	}

	switch {
	case c.fault != "":
		return "", fmt.Errorf("nothing was accepted: %s, which is more than a missing code", c.fault)
	case c.MissingKey != "":
		return "", MissingKeyError{ID: c.MissingKey}
	case len(c.unkeyed) == 0:
		return "", errors.New("there is nothing to accept: no entry lacks its code")
	}

	accepted = listed(c.unkeyed)

	after, err := json.Marshal(acceptance{Entries: c.unkeyed})
	if err != nil {
		return "", err
	}

	_, err = l.record(ctx, Actor{Username: "opsconsole"}, Entry{
		Action: LogAccept, Object: "audit/unkeyed", Outcome: Done, Reason: ops.Clip(reason), After: after,
		Message: "Accepted as they are, although written without a key: entries " + accepted + ".",
	})

	return accepted, err
}
