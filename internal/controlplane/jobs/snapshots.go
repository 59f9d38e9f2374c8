package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// through is a snapshot whose export jobs are all completed, or include a failed one.
type through struct {
	id     int64
	failed bool
}

// settleSnapshots makes snapshots ready or failed, as their export jobs are.
func settleSnapshots(ctx context.Context, p *pass) error {
	snapshots, err := query(ctx, p.db.Read(), func(s *through) []any { return []any{&s.id, &s.failed} }, `
		SELECT s.id, SUM(CASE e.status WHEN 'failed' THEN 1 ELSE 0 END) > 0
		  FROM snapshots s JOIN export_jobs e ON e.snapshot_id = s.id
		 WHERE s.status IN ('pending', 'creating')
		 GROUP BY s.id
		HAVING SUM(CASE e.status WHEN 'failed' THEN 1 ELSE 0 END) > 0
		    OR SUM(CASE e.status WHEN 'completed' THEN 1 ELSE 0 END) = COUNT(*)
		 ORDER BY s.id`)
	if err != nil {
		return fmt.Errorf("look for snapshots whose exports have ended: %w", err)
	}

	for _, s := range snapshots {
		found, done := countReadyToFinalize, countFinalized
		if s.failed {
			found, done = countSnapshotsBroken, countSnapshotsGivenUp
		}

		p.found[found]++

		settled, err := settleSnapshot(ctx, p, s)
		if settled {
			p.done[done]++
		}

		if err != nil {
			p.done[countFinalizeFailed]++

			if !p.failed(ctx, "snapshot", s.id, err) {
				return nil
			}
		}
	}

	return nil
}

// export is what an export job says about its snapshot.
type export struct {
	kind, entity string
	status       ops.ExportJobStatus
	rows, bytes  sql.NullInt64
	message      sql.NullString
}

func exportsOf(ctx context.Context, q store.Querier, snapshot int64) ([]export, error) {
	return query(ctx, q, func(e *export) []any { return []any{&e.kind, &e.entity, &e.status, &e.rows, &e.bytes, &e.message} }, `
		SELECT job_type, entity_name, status, row_count, size_bytes, error_message
		  FROM export_jobs WHERE snapshot_id = $1 ORDER BY id`, snapshot)
}

func settleSnapshot(ctx context.Context, p *pass, s through) (settled bool, err error) {
	err = p.tx(ctx, func(tx *sql.Tx) error {
		exports, err := exportsOf(ctx, tx, s.id)
		if err != nil {
			return err
		}

		var n int64
		if s.failed {
			n, err = failSnapshot(ctx, tx, p, s.id, exports)
		} else {
			n, err = finalizeSnapshot(ctx, tx, p, s.id, exports)
		}

		settled = n > 0

		return err
	})

	return settled, err
}

// failSnapshot names the first export that failed.
func failSnapshot(ctx context.Context, tx *sql.Tx, p *pass, id int64, exports []export) (int64, error) {
	for _, e := range exports {
		if e.status != ops.ExportFailed {
			continue
		}

		message := fmt.Sprintf("The export of %s %s failed", e.kind, e.entity)
		if e.message.String != "" {
			message += ": " + e.message.String
		}

		return affected(tx.ExecContext(ctx, `
			UPDATE snapshots SET status = 'failed', error_message = $1, updated_at = $2
			 WHERE id = $3 AND status IN ('pending', 'creating')`, message, p.at(), id))
	}

	return 0, nil
}

// finalizeSnapshot adds up what was exported, by entity.
func finalizeSnapshot(ctx context.Context, tx *sql.Tx, p *pass, id int64, exports []export) (int64, error) {
	counts := map[string]map[string]int64{"node": {}, "edge": {}}

	var size int64

	for _, e := range exports {
		if e.status != ops.ExportCompleted {
			return 0, nil // tried again since
		}

		if byEntity := counts[e.kind]; byEntity != nil {
			byEntity[e.entity] += e.rows.Int64
		}

		size += e.bytes.Int64
	}

	nodes, err := json.Marshal(counts["node"])
	if err != nil {
		return 0, err
	}

	edges, err := json.Marshal(counts["edge"])
	if err != nil {
		return 0, err
	}

	bytes, err := p.fit(ctx, "snapshots", "size_bytes", size)
	if err != nil {
		return 0, err
	}

	return affected(tx.ExecContext(ctx, `
		UPDATE snapshots SET status = 'ready', size_bytes = $1, node_counts = $2, edge_counts = $3, error_message = NULL, updated_at = $4
		 WHERE id = $5 AND status IN ('pending', 'creating')`, bytes, string(nodes), string(edges), p.at(), id))
}
