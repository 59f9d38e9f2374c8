package webhooks

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// logRetention is how long the log of a delivery is kept.
	logRetention = 90 * 24 * time.Hour
	// orphanedAfter is when a delivery that is due has lost its job.
	orphanedAfter = 5 * time.Minute
)

// Sweep gives deliveries that have lost their job another, and forgets old ones. It is
// to be called every few minutes, by every process.
func (s *Webhooks) Sweep(ctx context.Context) error {
	return s.DB.Tx(ctx, func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		orphans, err := s.orphaned(ctx, tx, now)
		if err != nil {
			return fmt.Errorf("look for deliveries without a job: %w", err)
		}

		for _, id := range orphans {
			if err := s.Jobs.EnqueueDelivery(ctx, tx, id); err != nil {
				return err
			}
		}

		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_webhook_deliveries WHERE finished_at < $1`,
			store.Time{Time: now.Add(-logRetention)})
		if err != nil {
			return fmt.Errorf("forget old deliveries: %w", err)
		}

		return nil
	})
}

// orphaned takes the orphaned deliveries: whoever looks next does not find them.
func (s *Webhooks) orphaned(ctx context.Context, tx *sql.Tx, now time.Time) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `
		UPDATE opsconsole_webhook_deliveries SET next_try_at = $1 WHERE state = 'pending' AND next_try_at < $2 RETURNING id`,
		store.Time{Time: now}, store.Time{Time: now.Add(-orphanedAfter)})
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var ids []string

	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}

		ids = append(ids, id)
	}

	return ids, rows.Err()
}
