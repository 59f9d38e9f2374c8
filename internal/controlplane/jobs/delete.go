package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
)

// stopping is the condition under which the jobs delete an instance.
const stopping = `status = 'stopping'`

// DeleteInstance deletes an instance with what a platform's tables need not rid themselves of, its
// events and the favorites that name it, and reports whether it did: it does not when the instance is
// gone or the condition, SQL without arguments on the columns of instances, does not hold.
func DeleteInstance(ctx context.Context, dialect store.Dialect, tx *sql.Tx, id int64, condition string) (bool, error) {
	// It takes the row before its events go, as whoever adds an event does.
	n, err := affected(tx.ExecContext(ctx, `UPDATE instances SET status = status WHERE id = $1 AND `+condition, id))
	if err != nil || n == 0 {
		return false, err
	}

	if err := forgetAttempts(ctx, tx, id); err != nil {
		return false, fmt.Errorf("delete the attempts to make a pod of instance %d: %w", id, err)
	}

	if err := forgetFavorites(ctx, dialect, tx, "instance", id); err != nil {
		return false, err
	}

	for _, statement := range []string{
		`DELETE FROM opsconsole_memory_events WHERE instance_id = $1`, `DELETE FROM opsconsole_instance_memory WHERE instance_id = $1`,
		`DELETE FROM instance_events WHERE instance_id = $1`, `DELETE FROM instances WHERE id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return false, fmt.Errorf("delete instance %d: %w", id, err)
		}
	}

	return true, nil
}

// forgetFavorites deletes the favorites that name what is deleted: a platform's table of them,
// where there is one, has no key that would.
func forgetFavorites(ctx context.Context, dialect store.Dialect, tx *sql.Tx, kind string, id int64) error {
	if dialect != store.Postgres {
		return nil // a platform's tables are on PostgreSQL
	}

	var there bool

	err := tx.QueryRowContext(ctx, `SELECT to_regclass('user_favorites') IS NOT NULL`).Scan(&there)
	if err == nil && there {
		_, err = tx.ExecContext(ctx, `DELETE FROM user_favorites WHERE resource_type = $1 AND resource_id = $2`, kind, id)
	}

	if err != nil {
		return fmt.Errorf("delete the favorites that name %s %d: %w", kind, id, err)
	}

	return nil
}
