package jobqueue

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Clock is the one that replicas share, between two looks at it. River goes by it: what one replica dates another one
// fetches, and the one that leads has what was put off fetched again.
type Clock struct {
	db   *store.DB
	seen atomic.Pointer[sight]
}

// sight is what a look saw; since here it is told without the clock of the process, which may be set.
type sight struct{ here, shared time.Time }

// look asks what time it is.
func (c *Clock) look(ctx context.Context, from store.Querier) (time.Time, error) {
	shared, err := c.db.Now(ctx, from, here)
	if err == nil {
		c.seen.Store(&sight{here: here(), shared: shared})
	}

	return shared, err
}

// lookWhereOld asks where the last look is not good any more: clocks drift by less in that time than anybody notices.
func (c *Clock) lookWhereOld(ctx context.Context, from store.Querier) error {
	const good = time.Minute

	if last := c.seen.Load(); last != nil && here().Sub(last.here) < good {
		return nil
	}

	_, err := c.look(ctx, from)

	return err
}

// NowUTC implements [rivertype.TimeGenerator].
func (c *Clock) NowUTC() time.Time {
	last := c.seen.Load()
	if last == nil {
		return here().UTC()
	}

	return last.shared.Add(here().Sub(last.here))
}

// NowUTCOrNil implements [rivertype.TimeGenerator].
func (c *Clock) NowUTCOrNil() *time.Time { return new(c.NowUTC()) }

// snoozeUntil has a job worked again at a time by the clock that replicas share. River adds the pause to the time of its own
// process: it is negative where that is ahead.
func snoozeUntil(at time.Time) error { return river.JobSnooze(at.Sub(here())) }

// here is the clock of this process, as River asks for it.
func here() time.Time { return time.Now() } //nolint:forbidigo // River takes no other for its pauses
