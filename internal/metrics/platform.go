package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
)

// componentsMost bounds the series that a control plane can make by naming components.
const componentsMost = 50

// controlPlane tells what the last poll found.
func (m *Metrics) controlPlane(out sink) {
	s := m.config.Monitor.Snapshot()

	out.gauge("poll_interval_seconds", "Time between two polls of the control plane.", m.config.Monitor.Interval().Seconds())
	out.moment("last_poll_timestamp_seconds", "When the last poll of the control plane began, answered or not.", s.At)

	own := s.ControlPlane
	out.flag("control_plane_up", "1 while the control plane answers requests.", own.Answers())

	for _, status := range []ops.ComponentStatus{
		monitor.Answering, ops.ComponentSlow, monitor.Refused, monitor.NotAnswering, monitor.NotAsked,
	} {
		out.flag("control_plane_status", "1 for the state the control plane is in.", own.Status == status, "status", string(status))
	}

	if own.LatencyMS != nil {
		out.gauge("control_plane_latency_seconds", "How long the control plane took to answer the last poll.", seconds(*own.LatencyMS))
	}

	if !s.Health.Stale() {
		m.components(out, s.Health.Value)
	}

	if limits := s.Instances.Value.Limits; !s.Instances.Stale() {
		out.gauge("instances_used", "Instances that count against the cluster's limit.", float64(limits.ClusterUsed))
		out.gauge("instances_limit", "Limit of instances in the cluster.", float64(limits.ClusterTotal))
	}
}

func seconds(ms float64) float64 {
	return time.Duration(ms * float64(time.Millisecond)).Seconds()
}

func (m *Metrics) components(out sink, health ops.Health) {
	names := slices.Sorted(maps.Keys(health.Components))

	for _, name := range names[:min(len(names), componentsMost)] {
		status := health.Components[name].Status
		if status == ops.ComponentNotConfigured {
			continue
		}

		out.flag("component_up", "1 for a component of the platform that answers, even if slowly.",
			status == ops.ComponentConnected || status == ops.ComponentSlow, "component", name)
	}
}

// jobs tells how the control plane's jobs do: those of the contract alone.
func (m *Metrics) jobs(out sink) {
	s := m.config.Monitor.Snapshot()

	for _, job := range ops.Jobs() {
		name := string(job.Name)

		out.gauge("job_interval_seconds", "Time between two runs of a job.", m.config.Monitor.Every(job.Name).Seconds(), "job_name", name)

		if !s.Metrics.Stale() {
			m.job(out, name, s.Metrics.Value.Job(job.Name))
		}

		if !s.Metrics.Stale() || !s.Jobs.Stale() { // of the other, what was read last counts
			m.jobState(out, name, s.JobStates[job.Name])
		}

		if s.Jobs.Stale() {
			continue
		}

		for _, listed := range s.Jobs.Value.Jobs {
			if listed.Name == job.Name && listed.NextRun != nil {
				out.moment("job_next_run_timestamp_seconds", "When a job runs next.", listed.NextRun.Time, "job_name", name)
			}
		}
	}
}

// jobState tells how a job is, as the pages do.
func (m *Metrics) jobState(out sink, name string, state monitor.JobState) {
	for _, condition := range monitor.JobConditions() {
		out.flag("job_state", "1 for the state a job is in.", state.Condition == condition, "job_name", name, "state", string(condition))
	}

	out.moment("job_state_since_timestamp_seconds", "Since when a job has been in its state; for a late job, when it was due.",
		state.Since, "job_name", name)
}

func (m *Metrics) job(out sink, name string, figures monitor.JobFigures) {
	if figures.LastSuccess != nil {
		out.moment("job_last_success_timestamp_seconds", "When a job last succeeded; absent if it never did.",
			*figures.LastSuccess, "job_name", name)
	}

	if figures.Healthy != nil {
		out.flag("job_healthy", "0 for a job whose last three runs failed.", *figures.Healthy, "job_name", name)
	}

	out.flag("job_skipped", "1 for a job whose last run lacked what it needs, such as a cluster.", figures.Skipped != "", "job_name", name)
}
