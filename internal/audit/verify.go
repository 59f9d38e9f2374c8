package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// State is what the last verification found.
type State struct {
	// UpTo is the number of the newest entry whose chain is whole.
	UpTo int64 `json:"up_to"`
	// At is when that was found; zero when the log was not looked through yet.
	At time.Time `json:"at"`
	// Broken says what is wrong with the first entry that does not fit; "" when all fit.
	Broken string `json:"broken"`
	// KeyedFrom is the first entry that is chained with a key; 0 while none is.
	KeyedFrom int64 `json:"keyed_from"`
	// MissingKey is the key that is not here for what is chained with it; "" for none.
	MissingKey string `json:"missing_key"`
	// WholeAt is when the whole log was last looked through; zero when it was not yet.
	WholeAt time.Time `json:"whole_at"`
}

const (
	// wholeEvery is how often all is looked at again that was found good: it may be altered later.
	wholeEvery = 24 * time.Hour
	// verifyFor is how long one [Log.Verify] goes on: what comes after it goes on from there.
	verifyFor = 10 * time.Second
	// verifyBatch is how many entries are read at once, verifyEase how many times as long as
	// that took nothing is read then, so that whoever saves has the machine for themselves.
	verifyBatch = 1000
	verifyEase  = 19
	longestRest = time.Second
)

// verification is how far the log was verified.
type verification struct {
	// running is held by whoever verifies; found guards what is told of it meanwhile.
	running, found sync.Mutex

	last State

	// tail goes on from the newest entry that it found good; nil before the first.
	tail *Checker
	// whole looks through all that tail passed, once more; nil while nothing does. It reaches to goal.
	whole *Checker
	goal  int64
	begun time.Time
	// wholeAt is when that was last begun and came to its end.
	wholeAt time.Time
	kept    kept
}

// State returns what the last [Log.Verify] found, without looking again.
func (l *Log) State() State {
	l.verified.found.Lock()
	defer l.verified.found.Unlock()

	return l.verified.last
}

// Verify checks the chain from the newest entry that it found good to the end of the log, and once
// a day, in the time that is left, from the first entry on. It takes ten seconds at most: the next one goes
// on where it stopped. What it found wrong it looks at again until that fits.
//
// What lies before the newest entry that was found good is vouched for by the hash of that: the
// entries that come follow it. That those before are still there, and still the same, is only seen when all are looked at.
func (l *Log) Verify(ctx context.Context) (State, error) {
	v := &l.verified

	v.running.Lock()
	defer v.running.Unlock()

	if err := l.begin(ctx, v); err != nil {
		return l.State(), err
	}

	until := l.now().Add(verifyFor)

	done, err := l.follow(ctx, v, until)
	if err == nil && done {
		err = l.wholeAgain(ctx, v, until)
	}

	if err == nil && done {
		err = l.keep(ctx, v)
	}

	l.tell(v, done && err == nil)

	return l.State(), err
}

// begin goes on from what an earlier run, or another replica, found.
func (l *Log) begin(ctx context.Context, v *verification) error {
	if v.tail != nil {
		return nil
	}

	found, ok, err := l.readKept(ctx)
	if err != nil {
		return err
	}

	v.tail, v.begun = NewChecker(l.Keys, l.KeyedFrom), l.now().UTC()
	if ok {
		v.tail.Reached, v.wholeAt, v.kept = found.Head, found.WholeAt, found
	}

	return nil
}

// follow takes the tail to the end of the log, and reports whether it is there.
func (l *Log) follow(ctx context.Context, v *verification, until time.Time) (done bool, err error) {
	told := !v.wholeAt.IsZero()

	for {
		if done, err = l.batch(ctx, v.tail, 0); err != nil {
			return false, err
		}

		// A head that was not looked at yet is of no use to anybody.
		if l.Verified != nil && v.sound() && (told || done) {
			l.Verified(v.tail.Reached)
		}

		if done || !l.now().Before(until) {
			break
		}
	}

	if done && v.wholeAt.IsZero() && v.tail.fault == "" {
		v.wholeAt = v.begun
	}

	return done, nil
}

// sound reports whether the chain is whole. Entries that are not keyed do not end it: heads go on, as else whoever adds
// one would have silenced them, and say nothing of who wrote an entry.
func (v *verification) sound() bool {
	return v.tail.fault == "" && (v.whole == nil || v.whole.fault == "")
}

// wholeAgain looks through what the tail passed, when it is time.
func (l *Log) wholeAgain(ctx context.Context, v *verification, until time.Time) error {
	now := l.now().UTC()

	if v.whole == nil {
		if v.wholeAt.IsZero() || now.Sub(v.wholeAt).Abs() < wholeEvery || l.anotherDid(ctx, v, now) {
			return nil
		}

		reached := v.tail.Reached
		v.whole, v.goal, v.begun = NewChecker(l.Keys, l.KeyedFrom, Witness{reached, "what was found whole before"}), reached.Seq, now
	}

	for v.whole.Reached.Seq < v.goal {
		done, err := l.batch(ctx, v.whole, v.goal)
		if err != nil || v.whole.fault != "" {
			return err
		}

		if done || !l.now().Before(until) {
			break
		}
	}

	if v.whole.Reached.Seq >= v.goal {
		v.tail.looked(v.whole)
		v.whole, v.wholeAt = nil, v.begun
	}

	return nil
}

// tell has [Log.State] say what is known now.
func (l *Log) tell(v *verification, done bool) {
	v.found.Lock()
	defer v.found.Unlock()

	c := v.tail
	if v.whole != nil && v.whole.fault != "" {
		c = v.whole
	}

	v.last.UpTo, v.last.Broken = c.FitUpTo(), c.Found()
	v.last.KeyedFrom, v.last.MissingKey, v.last.WholeAt = v.tail.Reached.KeyedFrom, v.tail.MissingKey, v.wholeAt

	if done {
		v.last.At = l.now().UTC()
	}
}

// batch takes a checker some entries further, at most to the entry with the number last (0: to the end of the log), and then rests.
// It is done when it is there, or came to one that does not fit.
func (l *Log) batch(ctx context.Context, c *Checker, last int64) (done bool, err error) {
	begun := l.now()

	read, done, err := l.readBatch(ctx, c, last)
	if err != nil || done || read < verifyBatch {
		return done, err
	}

	rest := time.NewTimer(min(verifyEase*l.now().Sub(begun), longestRest))
	defer rest.Stop()

	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-rest.C:
		return false, nil
	}
}

// readBatch is a batch without the rest.
func (l *Log) readBatch(ctx context.Context, c *Checker, last int64) (read int, done bool, err error) {
	var head Head

	err = l.db.Read().QueryRowContext(ctx,
		`SELECT seq, hash FROM opsconsole_audit_head WHERE id = 1`).Scan(&head.Seq, &head.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		c.fault = "the log's head is missing"

		return 0, true, nil
	}

	if err != nil {
		return 0, false, fmt.Errorf("read the audit log's head: %w", err)
	}

	until := head.Seq
	if last > 0 {
		until = min(last, until)
	}

	if last == 0 && c.fault == "" && head.Seq == c.Reached.Seq { // Nothing was added.
		c.End(head)

		return 0, true, nil
	}

	rows, err := l.db.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT %s FROM opsconsole_audit WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT %d`, columns, verifyBatch),
		c.Reached.Seq, until)
	if err != nil {
		return 0, false, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()

	for ; rows.Next(); read++ {
		e, err := scan(rows)
		if err != nil && ctx.Err() != nil {
			return read, false, fmt.Errorf("read the audit log: %w", ctx.Err())
		}

		if err != nil { // It was read, and is none.
			c.fault = fmt.Sprintf("entry %d was altered: it cannot be read", c.Reached.Seq+1)

			return read, true, nil
		}

		if c.Next(e) != "" {
			return read, true, nil
		}
	}

	if err := rows.Err(); err != nil {
		return read, false, fmt.Errorf("read the audit log: %w", err)
	}

	if read == verifyBatch && c.Reached.Seq < until {
		return read, false, nil
	}

	if until < head.Seq && c.Reached.Seq >= until {
		return read, true, nil
	}

	c.End(head)

	return read, true, nil
}
