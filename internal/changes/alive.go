package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Replicas tell by signs of life whether the one that carries out a change still does. They are
// dated by the database: the clocks of replicas need not agree. SQLite has one process.
const (
	// beatEvery is how often a sign of life is given.
	beatEvery = time.Second
	// sendWithin is how long after its last sign of life a process may send the change, and
	// be at sending it.
	sendWithin = 4 * time.Second
	// goneAfter is how long after it others take the process for gone. What it sent at the very
	// last has been waited for by then, though less than for [answerTimeout]; what was sent
	// before it died, as nearly all is, for that long.
	goneAfter = 10 * time.Second
)

const signOfLife = `UPDATE opsconsole_changes SET alive_at = clock_timestamp() WHERE id = $1 AND outcome = 'pending'`

// firstSign is the one that the intent comes with.
func (c *Changes) firstSign(ctx context.Context, tx *sql.Tx, id int64) error {
	if c.db.Dialect() != store.Postgres {
		return nil
	}

	if err := store.Send(ctx, tx, signOfLife, id); err != nil {
		return fmt.Errorf("give a sign of life: %w", err)
	}

	return nil
}

// life is that of a process while it carries out a change.
type life struct {
	c      *Changes
	change int64
	// first is no later than the first sign, which counts from before its commit: that may take as long as it likes.
	first time.Time
	// late has nothing sent any more.
	late *time.Timer
	stop context.CancelFunc
	done chan struct{}
}

// live gives signs of life until it is ended. The context that it returns ends when others may take
// this process for gone: nothing is sent under it from then on.
func (c *Changes) live(ctx context.Context, change Change) (*life, context.Context) {
	l := &life{c: c, change: change.ID, first: change.At, stop: func() {}, done: make(chan struct{})}

	if c.db.Dialect() != store.Postgres {
		c.here.Store(change.ID, true)

		l.stop = func() { c.here.Delete(change.ID) }

		close(l.done)

		return l, ctx
	}

	sending, tooLate := context.WithCancel(ctx)
	l.late = time.AfterFunc(sendWithin-beatEvery, tooLate) // the first sign is that old at most, see call

	living, stop := context.WithCancel(ctx)
	l.stop = stop

	go func() {
		defer close(l.done)
		defer tooLate()
		defer l.late.Stop()

		l.beat(living)
	}()

	return l, sending
}

func (l *life) beat(ctx context.Context) {
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-beats.C:
		}

		if alive, err := l.sign(ctx); err == nil && !alive { // somebody took this process for gone
			return
		}
	}
}

// sign gives a sign of life; alive is false when it comes too late.
func (l *life) sign(ctx context.Context) (alive bool, err error) {
	// Not cut off by the end of what it is for: that would cost the connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()

	begun := l.c.clock()

	done, err := l.c.db.Exec(ctx, signOfLife, l.change)
	if err != nil {
		return false, err
	}

	n, err := done.RowsAffected()
	if n > 0 {
		l.late.Reset(sendWithin - l.c.clock().Sub(begun)) // it was given somewhere in between
	}

	return n > 0, err
}

// call makes the call that carries out the change, unless this process or its database has stood still for so long
// since it began to write the intent that others may have settled it.
func (l *life) call(ctx context.Context, do func(ctx context.Context) error) error {
	if l.c.db.Dialect() == store.Postgres && l.c.clock().Sub(l.first).Abs() >= beatEvery {
		if alive, err := l.sign(ctx); err != nil || !alive {
			return notSentError{cause: err}
		}
	}

	return do(ctx)
}

// notSentError says that a change was not sent, since it came too late for that.
type notSentError struct{ cause error }

func (e notSentError) Error() string { return e.settlement().message() }

// Unwrap has it taken for an error after which nothing was done, and that will pass.
func (e notSentError) Unwrap() []error { return []error{e.settlement().err, e.cause} }

func (notSentError) settlement() settlement {
	return settlement{outcome: Failed, err: unavailable(
		"This console stood still before it could send the change, and has sent nothing since. Save it again.")}
}

// settleNotSent settles a change that was not sent. Others may have given it up; but nothing of it can be carried
// out any more.
func (c *Changes) settleNotSent(
	ctx context.Context, section ops.Section, actor audit.Actor, change Change, cause notSentError,
) error {
	if err := c.settle(ctx, section, actor, change, cause.settlement(), nil); err != nil {
		return err
	}

	_, err := c.db.Exec(ctx, `UPDATE opsconsole_changes SET given_up = 0 WHERE id = $1 AND given_up = 1`, change.ID)
	if err != nil {
		return fmt.Errorf("note that change %d was not sent: %w", change.ID, err)
	}

	return nil
}

// end ends the signs of life.
func (l *life) end() {
	l.stop()
	<-l.done
}
