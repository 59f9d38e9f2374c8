package webhooks

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// keepLog is how long the log of a delivery is kept.
	keepLog = 90 * 24 * time.Hour
	// forgottenAfter is when a delivery that is due has been forgotten by its job.
	forgottenAfter = 5 * time.Minute
)

// Sweep gives deliveries that have lost their job another, and forgets old ones. It is
// to be called every few minutes, by every process.
func (s *Webhooks) Sweep(ctx context.Context) error {
	now := s.now()

	return s.DB.Tx(ctx, func(tx *sql.Tx) error {
		forgotten, err := s.forgotten(ctx, tx, now)
		if err != nil {
			return fmt.Errorf("look for forgotten deliveries: %w", err)
		}

		for _, id := range forgotten {
			if err := s.Jobs.EnqueueDelivery(ctx, tx, id); err != nil {
				return err
			}
		}

		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_webhook_deliveries WHERE finished_at < $1`,
			store.Time{Time: now.Add(-keepLog)})
		if err != nil {
			return fmt.Errorf("forget old deliveries: %w", err)
		}

		return nil
	})
}

// forgotten takes the forgotten deliveries: whoever looks next does not find them.
func (s *Webhooks) forgotten(ctx context.Context, tx *sql.Tx, now time.Time) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `
		UPDATE opsconsole_webhook_deliveries SET next_try_at = $1 WHERE state = 'pending' AND next_try_at < $2 RETURNING id`,
		store.Time{Time: now}, store.Time{Time: now.Add(-forgottenAfter)})
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
