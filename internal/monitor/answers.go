package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// AnswersKept is how far back it is known when components answered.
const AnswersKept = 91 * 24 * time.Hour

// lateRows is how long after its time a span is still noticed: it may have waited for the database.
const lateRows = 24 * time.Hour

// Answers are when components answered and when not, in memory: what consoles wrote is read once, however long
// they have been writing, and what does not change between answering and not is one span.
type Answers struct {
	db         *store.DB
	now        func() time.Time
	components []string
	last       Answered
}

// Answered is what is known of when components answered.
type Answered struct {
	// At is until when; zero when nothing was seen.
	At time.Time
	// Spans are those of the components, oldest first, with the status [Answering], [NotAnswering] or [Unknown]. Time
	// that no span covers was not seen.
	Spans []StatusSpan
}

// NewAnswers knows nothing until it has looked.
func NewAnswers(db *store.DB, now func() time.Time, components []string) *Answers {
	return &Answers{db: db, now: now, components: components}
}

// Look reads what was written since it was looked before, and returns all of it; while the database cannot be read,
// what it returned before. One at a time may look.
func (a *Answers) Look(ctx context.Context) (Answered, error) {
	if a.db.CannotRead() != nil {
		return a.last, nil //nolint:nilerr // it is told elsewhere, and would only be waited for
	}

	kept := a.now().Add(-AnswersKept)

	read, until, err := a.read(ctx, later(kept, a.last.At.Add(-lateRows)))
	if err != nil {
		return a.last, fmt.Errorf("read when components answered: %w", err)
	}

	for _, s := range a.last.Spans {
		if s.Until.After(kept) {
			read = append(read, s)
		}
	}

	a.last = Answered{At: later(a.last.At, until), Spans: joined(read)}

	return a.last, nil
}

// read returns the spans that reach beyond a moment, joined, and until when something was seen.
func (a *Answers) read(ctx context.Context, from time.Time) (spans []StatusSpan, until time.Time, err error) {
	rows, err := a.db.Read().QueryContext(ctx, `
		SELECT component, status, since, until FROM opsconsole_component_spans WHERE until > $1 ORDER BY since`, store.Time{Time: from})
	if err != nil {
		return nil, until, err
	}
	defer rows.Close()

	// Many short ones become few at once, so that all of them are never in memory.
	read := joiner{newest: map[string]int{}}

	for rows.Next() {
		var (
			s           StatusSpan
			since, then store.Time
		)

		if err := rows.Scan(&s.Component, &s.Status, &since, &then); err != nil {
			return nil, until, err
		}

		if !slices.Contains(a.components, s.Component) {
			continue
		}

		until = later(until, then.Time)

		if s.Status != ops.ComponentNotConfigured {
			read.add(StatusSpan{Component: s.Component, Status: answer(s.Status), Since: since.Time, Until: then.Time})
		}
	}

	return read.spans, until, rows.Err()
}

// answer is whether a component with that status answers, be it slowly.
func answer(status ops.ComponentStatus) ops.ComponentStatus {
	switch {
	case status == Unknown:
		return Unknown
	case up(status):
		return Answering
	default:
		return NotAnswering
	}
}
