// Package retry tries again what failed. A row of a table stands for what is to come
// about: its column next_try_at says when it is tried next, NULL for at once, and tries how
// often it failed in a row. A process claims a row that is due, tries, and where that
// failed postpones it by the pause of a [Policy]. So a try that was begun by a process
// that died is made again by another one. What one replica writes another judges, so all go by
// the clock that they share: each now is that of [store.DB.Now].
package retry

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Policy says when something that failed is tried again.
type Policy struct {
	// First is the pause after the first failure; it doubles with every further one, until
	// it is Max.
	First, Max time.Duration
	// Repeat is how many failures have the same pause before it doubles; 0 is 1.
	Repeat int
	// Jitter is the part of a pause, 0 to 1, by which it may be shorter at random, so that
	// what failed together does not come back together.
	Jitter float64
	// ClaimFor is how long a try is left to the process that claimed it.
	ClaimFor time.Duration
}

// Pause returns how long to wait after so many failures in a row, from 1 on. random, from
// 0 to 1, says how much of the jitter is taken off.
func (p Policy) Pause(failures int, random float64) time.Duration {
	doublings := min(max(failures-1, 0), p.growth()) / p.repeat()
	pause := min(p.First<<doublings, p.Max)

	return pause - time.Duration(p.Jitter*random*float64(pause))
}

func (p Policy) repeat() int { return max(p.Repeat, 1) }

// growth is after how many failures the pause is the longest.
func (p Policy) growth() int {
	doublings := 0
	for pause := p.First; 0 < pause && pause < p.Max; pause *= 2 {
		doublings++
	}

	return doublings * p.repeat()
}

// Row is what is tried, as it was seen.
type Row struct {
	Table string
	// Condition selects the row while it is as it was seen, "id = $1 AND revision = $2"; Args
	// are those of its placeholders.
	Condition string
	Args      []any
	// Tries are its failures in a row so far.
	Tries int
}

// Due is the condition of the rows that may be tried at that time, to be joined with others;
// its placeholders are $n and $n+1. A try that is farther away than any pause was put off
// before the clock was set back.
func (p Policy) Due(now time.Time, n int) (condition string, args []any) {
	return fmt.Sprintf(`(next_try_at IS NULL OR next_try_at <= $%d OR next_try_at > $%d)`, n, n+1),
		[]any{store.Time{Time: now}, store.Time{Time: now.Add(2 * p.Max)}}
}

// Claim takes a row that is due for this process; ok is false when it is not due, not as
// it was seen any more, or somebody else's.
func (p Policy) Claim(ctx context.Context, tx *sql.Tx, row Row, now time.Time) (ok bool, err error) {
	due, args := p.Due(now, len(row.Args)+1)

	n, err := store.Columns{{Name: "next_try_at", Value: store.Time{Time: now.Add(p.ClaimFor)}}}.
		Update(ctx, tx, row.Table, row.Condition+" AND "+due, append(append([]any{}, row.Args...), args...)...)
	if err != nil {
		return false, fmt.Errorf("claim a row of %s: %w", row.Table, err)
	}

	return n > 0, nil
}

// Postpone notes that the row failed once more and puts off its next try; notes are further
// columns to write, such as what was in the way. A row that is not as it was seen any more
// is left alone. Failures are counted as far as the pause grows with them.
func (p Policy) Postpone(ctx context.Context, tx *sql.Tx, row Row, now time.Time, notes ...store.Column) error {
	columns := append(store.Columns{
		{Name: "tries", Value: min(row.Tries+1, p.growth())},
		{Name: "next_try_at", Value: store.Time{Time: now.Add(p.Pause(row.Tries+1, 0))}},
	}, notes...)

	if _, err := columns.Update(ctx, tx, row.Table, row.Condition, row.Args...); err != nil {
		return fmt.Errorf("put off a row of %s: %w", row.Table, err)
	}

	return nil
}
