package monitor

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/ops"
)

// Part is one thing that was read from the control plane: the newest good value,
// how old it is, and what went wrong since.
type Part[T any] struct {
	Value T
	// AsOf is when Value was read; zero when it never was.
	AsOf time.Time
	// Err says in a sentence why the last attempt failed; "" when it did not.
	Err string
	// TriedAt is when the last attempt ended.
	TriedAt time.Time
}

// Known reports whether there is a value at all, however old.
func (p Part[T]) Known() bool { return !p.AsOf.IsZero() }

// Stale reports whether the value is not from the last attempt.
func (p Part[T]) Stale() bool { return p.Err != "" || !p.Known() }

// Snapshot is what the control plane looked like at the last poll. It is shared by
// all readers and never changed.
type Snapshot struct {
	// Seq is the revision: it grows with every poll, and when something changed here.
	Seq       uint64
	At        time.Time
	Health    Part[ops.Health]
	Instances Part[ops.ClusterInstances]
	State     Part[ops.State]
	Jobs      Part[ops.JobStatus]
	Exports   Part[ExportJobs]
	Metrics   Part[Metrics]

	// ControlPlane is how the control plane answered in this poll, the others how it was said
	// to be when it last answered.
	ControlPlane Own
	// Database is how the console's own database was; its Status is "" where nobody looks.
	Database Own
	// Components tells, by name, since when a component is in its state, and its
	// latencies of the last hour.
	Components map[string]ComponentHistory
	// Used is the used capacity of the last hour, ClusterTotal its limit.
	Used         Series
	ClusterTotal Series
	// Moved tells by family how the metrics moved in the last hour, minute by minute, as
	// far as this process saw it: the values of gauges, the growth of counters and of the
	// observations of histograms, summed up over a family's series.
	Moved map[string]Series
	// Results tells how each job's last run ended, as far as the counters show.
	Results map[ops.JobName]JobResult
	// JobStates tells how each job is, those of the contract also where the control plane does not name them.
	JobStates map[ops.JobName]JobState

	// paces are how far apart the control plane said two runs of a job are, as far as that was seen.
	paces map[ops.JobName]time.Duration
	// stood is where the counters stood, to tell what moves by the next poll.
	stood counts
	// sights are how the console's own database was since the last poll.
	sights []database.Sight
	// spans are what this process sees, and the database may not have as it is.
	spans []StatusSpan
}

// JobResult is how a run of a job ended, seen by its counters moving.
type JobResult string

// The results.
const (
	JobSucceeded JobResult = "success"
	JobFailed    JobResult = "failed"
	// JobSkipped is a run that lacked what it needs, such as a cluster.
	JobSkipped JobResult = "skipped"
)

// ComponentHistory is what the console saw of a component over time.
type ComponentHistory struct {
	// Since is when the component was first seen in its present status without a
	// break; zero when it was never seen.
	Since   time.Time
	Latency Series
}

// Series is samples over time, oldest first.
type Series []Point

// Point is one sample; Value is nil where there was no data, which is drawn as a gap.
type Point struct {
	At    time.Time `json:"at"`
	Value *float64  `json:"value"`
}
