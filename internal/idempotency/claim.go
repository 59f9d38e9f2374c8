package idempotency

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Claim is a key that one request has. A nil one is none: what is done under it is not kept.
type Claim struct {
	keys      *Keys
	id, owner string
	// refused is the intent of what was refused for now, 0 for none.
	refused int64
}

// Keep notes an act, in the transaction that writes it down: the first is what the key stands
// for. It fails with IDEMPOTENCY_IN_FLIGHT when another request has the key by now.
func (c *Claim) Keep(ctx context.Context, tx *sql.Tx, intent int64) error {
	if c == nil {
		return nil
	}

	now, err := c.keys.db.Now(ctx, tx, c.keys.now)
	if err != nil {
		return err
	}

	done, err := tx.ExecContext(ctx, `
		UPDATE opsconsole_idempotency SET intent = coalesce(intent, $1), seen_at = $2 WHERE id = $3 AND owner = $4`,
		intent, store.Time{Time: now}, c.id, c.owner)
	if err != nil {
		return fmt.Errorf("keep an idempotency key: %w", err)
	}

	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		err = inFlight()
	}

	return err
}

// Refused says that the act of the intent was refused for a reason that will pass, so that
// nothing was done. If it is what the key stands for, the key can be used again, to try again.
func (c *Claim) Refused(intent int64) {
	if c != nil {
		c.refused = intent
	}
}

// Finish says that the request is over, and what it was answered where that is final; nil where
// it is not. A request that did nothing leaves the key free.
func (c *Claim) Finish(ctx context.Context, answer *Answer) error {
	if c == nil {
		return nil
	}

	failpoint.Reach(failpoint.KeyDone)

	err := c.keys.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			DELETE FROM opsconsole_idempotency WHERE id = $1 AND owner = $2 AND (intent IS NULL OR intent = $3)`,
			c.id, c.owner, c.refused)
		if err != nil {
			return err
		}

		ended := row{}
		ended.finish(c.keys.now().UTC(), answer)

		_, err = ended.ending().Update(ctx, tx, table, `id = $1 AND owner = $2`, c.id, c.owner)

		return err
	})
	if err != nil {
		return fmt.Errorf("finish an idempotency key: %w", err)
	}

	failpoint.Reach(failpoint.KeyFinished)

	return nil
}
