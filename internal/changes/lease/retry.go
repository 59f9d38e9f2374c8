package lease

import (
	"context"
	"database/sql"
	"time"

	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// An end that could not even be tried is looked at again soon. One that was tried stands in
// the history for ever, so after every fourth try the pause doubles, until it is about a
// sixth of the time that it lasts already.
const (
	retryMax       = 10 * time.Second
	retryFailedMax = 1024 * time.Second
	failedRepeat   = 4
)

func retrySoon() retry.Policy { return retry.Policy{First: time.Second, Max: retryMax} }

func retryFailed() retry.Policy {
	return retry.Policy{First: time.Second, Max: retryFailedMax, Repeat: failedRepeat}
}

// Postpone notes why the lease could not be ended and when to try again. Without a cause it
// is not known yet whether it was. tried says that the control plane was asked to.
func (s *Store) Postpone(ctx context.Context, l Lease, cause error, tried bool) error {
	policy := retrySoon()
	if tried {
		policy = retryFailed()
	}

	note := "It is not known yet whether it ended. The values are being read back."
	if cause != nil {
		note = "It could not be ended yet: " + ops.Clip(ops.AsError(cause).Message)
	}

	row := retry.Row{
		Table: table, Condition: "id = $1 AND ends_at = $2 AND state = 'active'",
		Args: []any{l.ID, store.Time{Time: l.EndsAt}}, Tries: l.tries,
	}

	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		return policy.Postpone(ctx, tx, row, now, noteColumns(note, ops.AsError(cause))...)
	})
}
