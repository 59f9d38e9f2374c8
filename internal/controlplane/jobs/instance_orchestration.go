package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// waiting is an instance that waits for a snapshot, and what became of that.
type waiting struct {
	id, snapshot int64
	status       ops.SnapshotStatus
	message      sql.NullString
}

// instanceOrchestration lets instances go on whose snapshot is settled.
func instanceOrchestration(ctx context.Context, p *pass) error {
	instances, err := query(ctx, p.db.Read(), func(w *waiting) []any { return []any{&w.id, &w.snapshot, &w.status, &w.message} }, `
		SELECT i.id, s.id, s.status, s.error_message
		  FROM instances i JOIN snapshots s ON s.id = COALESCE(i.pending_snapshot_id, i.snapshot_id)
		 WHERE i.status = 'waiting_for_snapshot' ORDER BY i.id`)
	if err != nil {
		return fmt.Errorf("look for instances that wait: %w", err)
	}

	p.found[countWaiting] = len(instances)

	for _, w := range instances {
		var (
			moved bool
			err   error
			count string
		)

		switch w.status {
		case ops.SnapshotReady:
			count = countToStarting
			moved, err = toStarting(ctx, p, w)
		case ops.SnapshotFailed, ops.SnapshotCancelled:
			count = countToFailed
			moved, err = toFailed(ctx, p, w)
		case ops.SnapshotPending, ops.SnapshotCreating:
			continue
		}

		if moved {
			p.done[count]++
		}

		if err != nil && !p.failed(ctx, "instance", w.id, err) {
			break
		}
	}

	return p.err()
}

func toStarting(ctx context.Context, p *pass, w waiting) (moved bool, err error) {
	err = p.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `
			UPDATE instances SET status = 'starting', snapshot_id = $1, pending_snapshot_id = NULL, updated_at = $2
			 WHERE id = $3 AND status = 'waiting_for_snapshot'`, w.snapshot, p.at(), w.id))
		moved = n > 0

		if err != nil || n == 0 {
			return err
		}

		_, err = tx.ExecContext(ctx, `UPDATE snapshots SET last_used_at = $1 WHERE id = $2`, p.at(), w.snapshot)

		return err
	})

	return moved && err == nil, err
}

func toFailed(ctx context.Context, p *pass, w waiting) (bool, error) {
	message := "Its snapshot was cancelled."
	if w.status == ops.SnapshotFailed {
		message = "Its snapshot failed."
	}

	if w.message.String != "" {
		message = w.message.String
	}

	return p.update(ctx, `
		UPDATE instances SET status = 'failed', error_code = $1, error_message = $2, updated_at = $3
		 WHERE id = $4 AND status = 'waiting_for_snapshot'`, codeDataLoadError, message, p.at(), w.id)
}
