package controlplane

import (
	"cmp"
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/ops"
)

// GetClusterInstances implements [ops.Service].
func (s session) GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.ClusterInstances{}, err
	}

	limits, err := typed[ops.ConcurrencyConfig](current, ops.SectionConcurrency)
	if err != nil {
		return ops.ClusterInstances{}, err
	}

	out := ops.ClusterInstances{ByStatus: map[string]int{}, ByOwner: []ops.OwnerCount{}}

	err = s.eachCount(ctx, counted{subject: "instances"}, func(c count) {
		if c.owner == "" {
			out.ByStatus[c.status] = c.n
			out.Total += c.n

			return
		}

		// The rows come by owner.
		if last := len(out.ByOwner) - 1; last >= 0 && out.ByOwner[last].OwnerUsername == c.owner {
			out.ByOwner[last].Count += c.n
		} else {
			out.ByOwner = append(out.ByOwner, ops.OwnerCount{OwnerUsername: c.owner, Count: c.n})
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

	err := s.eachCount(ctx, counted{ofOwner: true}, func(c count) {
		switch c.subject {
		case "instances":
			out.Instances.ByStatus[c.status] = c.n
			out.Instances.Total += c.n
		case "instances_without_pod":
			out.Instances.WithoutPodName += c.n
		case "snapshots":
			out.Snapshots.ByStatus[c.status] = c.n
			out.Snapshots.Total += c.n
		case "export_jobs":
			out.ExportJobs.ByStatus[c.status] = c.n
		}
	})

	return out, err
}

// activeStatuses are the states that count against both limits.
func activeStatuses() []ops.InstanceStatus {
	return []ops.InstanceStatus{ops.InstanceWaitingForSnapshot, ops.InstanceStarting, ops.InstanceRunning}
}
