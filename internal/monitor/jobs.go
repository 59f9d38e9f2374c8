package monitor

import (
	"math"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// The names of the jobs' metrics, contract section 6.
const (
	metricRuns        = "background_job_execution_total"
	metricLastSuccess = "background_job_last_success_timestamp_seconds"
	metricDuration    = "background_job_execution_duration_seconds"
	metricHealthy     = "background_job_health_status"
	// metricSkipped is the embedded control plane's alone.
	metricSkipped = "background_job_skipped"
)

// JobFigures is what the metrics tell of one job; what they do not tell is nil.
type JobFigures struct {
	LastSuccess         *time.Time
	Successes, Failures *float64
	// Observed is how many runs took Seconds together.
	Observed, Seconds *float64
	// P50 and P95 are seconds; what lies in the first bucket, up to Finest, can only be
	// told to be no longer than that.
	P50, P95, Finest *float64
	// Healthy is false after three failures in a row.
	Healthy *bool
	// Skipped says what the last run lacked, "" when it lacked nothing.
	Skipped string
}

// endOfTime is the year 10000 in Unix seconds: no date is written beyond it.
const endOfTime = 253402300800

// Job returns the figures of a job. Where it has several series, such as one for each
// process, the newest success counts, the worst health, and the sum of all else.
func (m Metrics) Job(name ops.JobName) JobFigures {
	label := []string{"job_name", string(name)}
	figures := JobFigures{
		Successes: m.fold(plus, metricRuns, append(label, "status", "success")...),
		Failures:  m.fold(plus, metricRuns, append(label, "status", "failed")...),
	}

	if seconds := m.fold(math.Max, metricLastSuccess, label...); seconds != nil && *seconds > 0 && *seconds < endOfTime {
		whole, fraction := math.Modf(*seconds)
		at := time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC()
		figures.LastSuccess = &at
	}

	if durations := m.all(metricDuration, label); len(durations) > 0 {
		together := sumHistograms(durations)
		figures.P50, figures.P95 = together.Quantile(0.5), together.Quantile(0.95)
		figures.Finest = together.finest()
		figures.Observed, figures.Seconds = numberOrNil(together.Count), numberOrNil(together.Sum)
	}

	if status := m.fold(math.Min, metricHealthy, label...); status != nil {
		healthy := *status > 0
		figures.Healthy = &healthy
	}

	if skipped, ok := m.Find(metricSkipped, label...); ok {
		figures.Skipped = skipped.Label("reason")
	}

	return figures
}

// results tells by the counters that moved since the last poll how jobs ended.
func results(old, next *Snapshot) map[ops.JobName]JobResult {
	out := map[ops.JobName]JobResult{}

	for _, job := range next.Jobs.Value.Jobs {
		if last, ok := old.Results[job.Name]; ok {
			out[job.Name] = last
		}

		figures := next.Metrics.Value.Job(job.Name)
		if figures.Healthy != nil && !*figures.Healthy {
			out[job.Name] = JobFailed

			continue
		}

		switch {
		case figures.Skipped != "":
			out[job.Name] = JobSkipped
		case !old.Metrics.Known(): // Nothing to compare with.
		case next.ended(job.Name, "failed", old.stood):
			out[job.Name] = JobFailed
		case next.ended(job.Name, "success", old.stood):
			out[job.Name] = JobSucceeded
		}
	}

	return out
}

// ended reports whether runs of the job ended so since the counters stood there.
func (s *Snapshot) ended(job ops.JobName, status string, stood counts) bool {
	for _, m := range s.Metrics.Value.all(metricRuns, []string{"job_name", string(job), "status", status}) {
		if stood.grown(metricRuns, m) > 0 {
			return true
		}
	}

	return false
}
