package jobs

import (
	"context"
	"database/sql"
	"fmt"
)

// stopping is the condition under which the jobs delete an instance.
const stopping = `status = 'stopping'`

// DeleteInstance deletes an instance with its events, of which a platform's tables need
// not rid themselves, and reports whether it did: it does not when the instance is gone
// or the condition, SQL without arguments on the columns of instances, does not hold.
func DeleteInstance(ctx context.Context, tx *sql.Tx, id int64, condition string) (bool, error) {
	// It takes the row before its events go, as whoever adds an event does.
	n, err := affected(tx.ExecContext(ctx, `UPDATE instances SET status = status WHERE id = $1 AND `+condition, id))
	if err != nil || n == 0 {
		return false, err
	}

	if err := forgetAttempts(ctx, tx, id); err != nil {
		return false, fmt.Errorf("delete the attempts to make a pod of instance %d: %w", id, err)
	}

	for _, statement := range []string{`DELETE FROM instance_events WHERE instance_id = $1`, `DELETE FROM instances WHERE id = $1`} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return false, fmt.Errorf("delete instance %d: %w", id, err)
		}
	}

	return true, nil
}
