//nolint:mnd // the numbers describe a made-up world
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// unexported is how many mappings, the last ones, have no ready snapshot: one is
// being made, and their next version will be.
const unexported = 2

// history is a week of snapshots: every mapping but the unexported has a ready one
// of its current version, some have older ones, and some of those failed.
func (s *seeder) history(ctx context.Context) error {
	for i := range s.worlds[:len(s.worlds)-unexported] {
		m := &s.worlds[i]

		if older := m.version - 1; older > 0 && s.r.IntN(3) > 0 {
			age := between(s.r, 2*day, 6*day)
			if err := s.settled(ctx, m, older, age, s.r.IntN(2) == 0); err != nil {
				return err
			}
		}

		if err := s.settled(ctx, m, m.version, between(s.r, 2*hour, 40*hour), false); err != nil {
			return err
		}
	}

	return nil
}

// settled writes a snapshot that is ready or failed, with its export jobs.
func (s *seeder) settled(ctx context.Context, m *mapped, version int, age time.Duration, failed bool) error {
	parts, broken, status := m.parts(), -1, ops.SnapshotReady
	if failed {
		broken, status = s.r.IntN(len(parts)), ops.SnapshotFailed
	}

	id, err := s.snapshot(ctx, m, version, age, status)
	if err != nil {
		return err
	}

	for i, p := range parts {
		message := ""
		if i == broken {
			message = pick(s.r, exportErrors())
		}

		claimed := age - between(s.r, 5*time.Second, 90*time.Second)
		ended := claimed - between(s.r, 40*time.Second, 14*time.Minute)

		if err := s.endedExport(ctx, id, p, [3]time.Duration{age, claimed, ended}, message); err != nil {
			return err
		}

		if i == broken {
			message = fmt.Sprintf("The export of %s %s failed: %s", p.kind, p.entity, message)
			if err := s.exec(ctx, `UPDATE snapshots SET error_message = $1 WHERE id = $2`, message, id); err != nil {
				return err
			}
		}
	}

	if failed {
		return nil
	}

	m.snapshot = id

	return s.count(ctx, id, parts)
}

// count writes what a ready snapshot holds.
func (s *seeder) count(ctx context.Context, id int64, parts []part) error {
	var size int64

	counts := map[string]map[string]int64{"node": {}, "edge": {}}

	for _, p := range parts {
		counts[p.kind][p.entity] = p.rows
		size += p.rows * bytesPerRow
	}

	nodes, err := json.Marshal(counts["node"])
	if err != nil {
		return err
	}

	edges, err := json.Marshal(counts["edge"])
	if err != nil {
		return err
	}

	return s.exec(ctx, `UPDATE snapshots SET size_bytes = $1, node_counts = $2, edge_counts = $3 WHERE id = $4`,
		size, string(nodes), string(edges), id)
}

func (s *seeder) snapshot(ctx context.Context, m *mapped, version int, age time.Duration, status ops.SnapshotStatus) (int64, error) {
	return s.insert(ctx, `
		INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at,
			ttl, inactivity_timeout, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'P7D', 'P3D', $8)`,
		m.id, version, m.owner, m.name, fmt.Sprintf("gs://graph-exports/%s/%d/v%d/", m.owner, m.id, version), status,
		s.ago(age), s.ago(age*9/10))
}

func (s *seeder) exportJob(ctx context.Context, snapshot int64, p part, age time.Duration) (int64, error) {
	return s.insert(ctx, `
		INSERT INTO export_jobs (snapshot_id, job_type, entity_name, status, sql, column_names, starburst_catalog, poll_count,
			gcs_path, created_at, updated_at)
		VALUES ($1, $2, $3, 'pending', $4, $5, 'hive', 0, $6, $7, $7)`,
		snapshot, p.kind, p.entity, p.sql, p.columns, fmt.Sprintf("gs://graph-exports/%d/%ss/%s/", snapshot, p.kind, p.entity), s.ago(age))
}

// endedExport writes an export job that was created, claimed and ended so long ago;
// it failed with the message, unless that is "".
func (s *seeder) endedExport(ctx context.Context, snapshot int64, p part, ages [3]time.Duration, message string) error {
	id, err := s.exportJob(ctx, snapshot, p, ages[0])
	if err != nil {
		return err
	}

	if err := s.exec(ctx, `
		UPDATE export_jobs SET claimed_by = $1, claimed_at = $2, submitted_at = $2, starburst_query_id = $3, poll_count = 1,
		       completed_at = $4, updated_at = $4 WHERE id = $5`,
		workerName(s.r.IntN(exportWorkers)), s.ago(ages[1]), queryID(s.ago(ages[1]).Time, id), s.ago(ages[2]), id); err != nil {
		return err
	}

	if message != "" {
		return s.exec(ctx, `UPDATE export_jobs SET status = 'failed', error_message = $1 WHERE id = $2`, message, id)
	}

	return s.exec(ctx, `UPDATE export_jobs SET status = 'completed', row_count = $1, size_bytes = $2 WHERE id = $3`,
		p.rows, p.rows*bytesPerRow, id)
}

// underway is the snapshots being made of the mappings that have none. The first
// export of each is beyond the others: one is completed, and one hangs on a worker
// that has forgotten it.
func (s *seeder) underway(ctx context.Context) error {
	for i := range unexported {
		const age = 9 * time.Minute

		m := &s.worlds[len(s.worlds)-unexported+i]

		id, err := s.snapshot(ctx, m, m.version, age, ops.SnapshotCreating)
		if err != nil {
			return err
		}

		m.snapshot, m.pending = id, true
		parts := m.parts()

		if i == 0 {
			err = s.endedExport(ctx, id, parts[0], [3]time.Duration{age, age - time.Minute, time.Minute}, "")
		} else {
			err = s.forgottenExport(ctx, id, parts[0], age)
		}

		if err != nil {
			return err
		}

		for _, p := range parts[1:] {
			if _, err := s.exportJob(ctx, id, p, age); err != nil {
				return err
			}
		}
	}

	return nil
}

// forgottenExport is claimed by a worker that is gone, and in a minute or two it will
// have been for too long.
func (s *seeder) forgottenExport(ctx context.Context, snapshot int64, p part, age time.Duration) error {
	id, err := s.exportJob(ctx, snapshot, p, age)
	if err != nil {
		return err
	}

	return s.exec(ctx, `
		UPDATE export_jobs SET status = 'claimed', claimed_by = $1, claimed_at = $2, poll_count = 1, updated_at = $2 WHERE id = $3`,
		workerName(exportWorkers), store.Time{Time: s.now.Add(-age + 30*time.Second)}, id)
}
