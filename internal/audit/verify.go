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
	// At is when that was found; zero when it was never tried.
	At time.Time `json:"at"`
	// Broken says what is wrong with the first entry that does not fit; "" when all fit.
	Broken string `json:"broken"`
}

// verification is how far the log was verified.
type verification struct {
	// running is held by whoever verifies; found guards what is told of it meanwhile.
	running, found sync.Mutex

	last     State
	progress progress
}

// progress is how far along the chain a verification is.
type progress struct {
	state State
	hash  string
	// begun is when the first entry was last looked at.
	begun time.Time
}

// verifyEvery is how often the whole chain is verified: what was found good may be altered later.
const verifyEvery = time.Hour

// State returns what the last [Log.Verify] found, without looking again.
func (l *Log) State() State {
	l.verified.found.Lock()
	defer l.verified.found.Unlock()

	return l.verified.last
}

// Verify checks the chain from the last entry it found good to the newest, and that
// the log ends where its head says. Once broken, and every hour, it starts at the first
// entry again.
func (l *Log) Verify(ctx context.Context) (State, error) {
	l.verified.running.Lock()
	defer l.verified.running.Unlock()

	v := &l.verified.progress
	now := l.now().UTC()

	if v.state.Broken != "" || now.Sub(v.begun) >= verifyEvery {
		v.state, v.hash, v.begun = State{}, "", now
	}

	v.state.At = now

	for {
		done, err := l.verifyNext(ctx, v)
		if err != nil {
			return l.State(), err
		}

		if done {
			l.verified.found.Lock()
			defer l.verified.found.Unlock()

			l.verified.last = v.state

			return v.state, nil
		}
	}
}

const verifyBatch = 1000

func (l *Log) verifyNext(ctx context.Context, v *progress) (done bool, err error) {
	var head Entry

	err = l.db.Read().QueryRowContext(ctx,
		`SELECT seq, hash FROM opsconsole_audit_head WHERE id = 1`).Scan(&head.Seq, &head.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		v.state.Broken = "the log's head is missing"

		return true, nil
	}

	if err != nil {
		return false, fmt.Errorf("read the audit log's head: %w", err)
	}

	rows, err := l.db.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT %s FROM opsconsole_audit WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT %d`, columns, verifyBatch),
		v.state.UpTo, head.Seq)
	if err != nil {
		return false, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()

	from := v.state.UpTo

	if from > head.Seq {
		v.state.Broken = fmt.Sprintf("entry %d is missing: the log ends at %d", head.Seq+1, head.Seq)

		return true, nil
	}

	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return false, err
		}

		if v.state.Broken = v.check(e); v.state.Broken != "" {
			return true, nil
		}

		v.state.UpTo, v.hash = e.Seq, e.Hash
	}

	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("read the audit log: %w", err)
	}

	switch {
	case v.state.UpTo < head.Seq && v.state.UpTo == from:
		v.state.Broken = fmt.Sprintf("entry %d is missing", from+1)
	case v.state.UpTo == head.Seq && v.hash != head.Hash:
		v.state.Broken = fmt.Sprintf("entry %d is not the one that the log's head names", head.Seq)
	}

	return v.state.UpTo >= head.Seq || v.state.Broken != "", nil
}

func (v *progress) check(e Entry) string {
	digest, err := e.digest()

	switch {
	case e.Seq != v.state.UpTo+1:
		return fmt.Sprintf("entry %d is missing", v.state.UpTo+1)
	case e.PrevHash != v.hash:
		return fmt.Sprintf("entry %d does not follow the one before it", e.Seq)
	case err != nil || digest != e.Hash || e.IdentityHash != e.identityDigest():
		return fmt.Sprintf("entry %d was altered", e.Seq)
	default:
		return ""
	}
}
