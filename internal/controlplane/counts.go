package controlplane

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// countedAfresh has the columns of opsconsole_counts and counts the rows themselves.
const countedAfresh = `(
	SELECT 'instances' AS subject, '' AS owner_username, status, COUNT(*) AS n FROM instances GROUP BY status
	UNION ALL
	SELECT 'instances', owner_username, status, COUNT(*) FROM instances GROUP BY owner_username, status
	UNION ALL
	SELECT 'instances_without_pod', '', status, COUNT(*) FROM instances WHERE pod_name IS NULL GROUP BY status
	UNION ALL
	SELECT 'snapshots', '', status, COUNT(*) FROM snapshots GROUP BY status
	UNION ALL
	SELECT 'export_jobs', '', status, COUNT(*) FROM export_jobs GROUP BY status
) AS counted`

// countsSource returns what to select counts from. Tables that [Prepare] created
// have triggers that keep the counters, so that counting costs the same however
// many rows there are. On the tables of a platform that was there before there are
// none, a trigger on them would alter them: there the rows are counted.
func countsSource(ctx context.Context, db *store.DB) (string, error) {
	query := `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'opsconsole_counts'`
	if db.Dialect() == store.Postgres {
		query = `SELECT 1 WHERE to_regclass('opsconsole_counts') IS NOT NULL`
	}

	var there int

	switch err := db.Read().QueryRowContext(ctx, query).Scan(&there); {
	case errors.Is(err, sql.ErrNoRows):
		return countedAfresh, nil
	case err != nil:
		return "", err
	default:
		return `opsconsole_counts`, nil
	}
}

// GetClusterInstances implements [ops.Service].
func (s session) GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.ClusterInstances{}, err
	}

	limits, err := current.concurrency()
	if err != nil {
		return ops.ClusterInstances{}, err
	}

	out := ops.ClusterInstances{ByStatus: map[string]int{}, ByOwner: []ops.OwnerCount{}}

	err = s.eachCount(ctx, `subject = 'instances'`, func(_, owner, status string, n int) {
		if owner == "" {
			out.ByStatus[status] = n
			out.Total += n

			return
		}

		// The rows come by owner.
		if last := len(out.ByOwner) - 1; last >= 0 && out.ByOwner[last].OwnerUsername == owner {
			out.ByOwner[last].Count += n
		} else {
			out.ByOwner = append(out.ByOwner, ops.OwnerCount{OwnerUsername: owner, Count: n})
		}
	})
	if err != nil {
		return ops.ClusterInstances{}, err
	}

	slices.SortStableFunc(out.ByOwner, func(a, b ops.OwnerCount) int { return cmp.Compare(b.Count, a.Count) })

	used := 0
	for _, status := range activeStatuses() {
		used += out.ByStatus[string(status)]
	}

	out.Limits = ops.Limits{
		PerAnalyst:       limits.PerAnalyst,
		ClusterTotal:     limits.ClusterTotal,
		ClusterUsed:      used,
		ClusterAvailable: max(0, limits.ClusterTotal-used),
	}

	return out, nil
}

// GetState implements [ops.Service].
func (s session) GetState(ctx context.Context) (ops.State, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.State{}, err
	}

	out := ops.State{
		Instances:  ops.InstancesState{ByStatus: map[string]int{}},
		Snapshots:  ops.SnapshotsState{ByStatus: map[string]int{}},
		ExportJobs: ops.ExportsState{ByStatus: map[string]int{}},
	}

	err := s.eachCount(ctx, `owner_username = ''`, func(subject, _, status string, n int) {
		switch subject {
		case "instances":
			out.Instances.ByStatus[status] = n
			out.Instances.Total += n
		case "instances_without_pod":
			if needsPod(ops.InstanceStatus(status)) {
				out.Instances.WithoutPodName += n
			}
		case "snapshots":
			out.Snapshots.ByStatus[status] = n
			out.Snapshots.Total += n
		case "export_jobs":
			out.ExportJobs.ByStatus[status] = n
		}
	})

	return out, err
}

// eachCount calls fn for every count that is not 0, ordered by subject, owner and status.
func (cp *ControlPlane) eachCount(ctx context.Context, where string, fn func(subject, owner, status string, n int)) error {
	rows, err := cp.db.Read().QueryContext(ctx,
		`SELECT subject, owner_username, status, n FROM `+cp.counts+` WHERE `+where+` AND n > 0 ORDER BY subject, owner_username, status`)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			subject, owner, status string
			n                      int
		)
		if err := rows.Scan(&subject, &owner, &status, &n); err != nil {
			return fmt.Errorf("read the counts: %w", err)
		}

		fn(subject, owner, status, n)
	}

	return rows.Err()
}

// activeStatuses are the states that count against both limits.
func activeStatuses() []ops.InstanceStatus {
	return []ops.InstanceStatus{ops.InstanceWaitingForSnapshot, ops.InstanceStarting, ops.InstanceRunning}
}

// needsPod reports whether an instance in this state should have a pod.
func needsPod(status ops.InstanceStatus) bool {
	switch status {
	case ops.InstanceStarting, ops.InstanceRunning, ops.InstanceResuming:
		return true
	case ops.InstanceWaitingForSnapshot, ops.InstanceStopping, ops.InstanceFailed, ops.InstanceSuspended:
		return false
	default:
		return false
	}
}
