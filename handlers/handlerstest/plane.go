package handlerstest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// Line is the way to the control plane: it can be cut, or lose answers.
type Line struct {
	ops.Platform
	ops.InstancesPlatform

	polls, lists atomic.Int64

	mu sync.Mutex
	// instead, when not nil, is in the place of the control plane.
	instead ops.Platform
	down    error
	lost    bool
	// jobs is what the list of jobs fails with, nil to give it.
	jobs error
	// refusal is what the control plane answers to a change, nil to make it.
	refusal error
	// accepts lets it accept a change to the limits, and not make it.
	accepts bool
	// meanwhile happens while a change to the limits is asked for, nil for nothing.
	meanwhile func()
	// loseActs loses the answers to acts on instances, actsNotDone the acts themselves; refuseActs refuses them.
	loseActs, actsNotDone bool
	refuseActs            error
	// exports are the export jobs, nil for those of the control plane.
	exports *worldtest.ExportQueue
	// message is the maintenance mode of a control plane that bounds no message, nil to ask
	// the embedded one.
	message *ops.MaintenanceMode
}

// As is the line as a caller uses it.
func (l *Line) As(caller ops.Caller) ops.Service {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.instead != nil {
		return l.instead.As(caller)
	}

	return unhurried{&wire{Service: l.Platform.As(caller), line: l}}
}

// Serve puts a server in the place of the control plane.
func (l *Line) Serve(tb testing.TB, handler http.Handler) {
	tb.Helper()

	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: server.URL, Credentials: ops.IdentityHeaders(), Timeout: time.Minute})
	if err != nil {
		tb.Fatal(err)
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	l.instead = client
}

// Hang puts a server in the place of the control plane that takes connections and never answers,
// as a process that is stopped, and returns its address.
func (l *Line) Hang(tb testing.TB) string {
	tb.Helper()

	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() {
		if err := listener.Close(); err != nil {
			tb.Error(err)
		}
	})

	client, err := ops.NewClient(ops.ClientConfig{
		BaseURL: "http://" + listener.Addr().String(), Credentials: ops.IdentityHeaders(), Timeout: time.Minute,
	})
	if err != nil {
		tb.Fatal(err)
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	l.instead = client

	return listener.Addr().String()
}

// Lose lets every read of the control plane fail with the error.
func (l *Line) Lose(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.instead = lost{cause}
}

// LoseJobs lets the list of jobs alone fail with the error.
func (l *Line) LoseJobs(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.jobs = cause
}

func (l *Line) lostJobs() error {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.jobs
}

// Resume has the control plane answer again.
func (l *Line) Resume() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.instead = nil
}

// Polls is how often the control plane was asked for its health.
func (l *Line) Polls() int64 { return l.polls.Load() }

// Cut lets the control plane be down, where down is not nil, or lose its answers to changes.
func (l *Line) Cut(down error, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.down, l.lost = down, lost
}

func (l *Line) state() (lost bool, down error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.lost, l.down
}

// Unbounded lets the control plane hold the message, and take any other, however long.
func (l *Line) Unbounded(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.message = &ops.MaintenanceMode{Message: message}
}

// Refuse lets the control plane refuse every change and every run, and with nil none.
func (l *Line) Refuse(refusal error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.refusal = refusal
}

func (l *Line) refused() error {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.refusal
}

// Accept lets the control plane accept changes to the limits without making them.
func (l *Line) Accept(only bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.accepts = only
}

// Meanwhile lets something happen while the control plane is asked to change the limits.
func (l *Line) Meanwhile(something func()) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.meanwhile = something
}

// asked is what happens while the limits are to be changed, and whether they are not.
func (l *Line) asked() (meanwhile func(), accepts bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.meanwhile, l.accepts
}

// wire is a caller's end of the line.
type wire struct {
	ops.Service

	line *Line
}

func (w *wire) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	if _, down := w.line.state(); down != nil {
		return ops.MaintenanceMode{}, down
	}

	w.line.mu.Lock()
	defer w.line.mu.Unlock()

	if w.line.message != nil {
		return *w.line.message, nil
	}

	return w.Service.GetMaintenanceMode(ctx)
}

func (w *wire) SetMaintenanceMode(ctx context.Context, u ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	w.line.mu.Lock()
	defer w.line.mu.Unlock()

	if w.line.message != nil {
		*w.line.message = ops.MaintenanceMode{Enabled: u.Enabled, Message: u.Message}

		return *w.line.message, nil
	}

	return w.Service.SetMaintenanceMode(ctx, u)
}

func (w *wire) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if _, down := w.line.state(); down != nil {
		return ops.ConcurrencyConfig{}, down
	}

	return w.Service.GetConcurrencyConfig(ctx)
}

func (w *wire) TriggerJob(ctx context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	if refusal := w.line.refused(); refusal != nil {
		return ops.JobTriggered{}, refusal
	}

	return w.Service.TriggerJob(ctx, trigger)
}

func (w *wire) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	meanwhile, accepts := w.line.asked()
	if meanwhile != nil {
		meanwhile()
	}

	if accepts {
		return w.GetConcurrencyConfig(ctx)
	}

	if refusal := w.line.refused(); refusal != nil {
		return ops.ConcurrencyConfig{}, refusal
	}

	if lost, _ := w.line.state(); lost {
		return ops.ConcurrencyConfig{}, ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
	}

	return w.Service.UpdateConcurrencyConfig(ctx, u)
}

func (w *wire) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	w.line.polls.Add(1)

	if _, down := w.line.state(); down != nil {
		return ops.Health{}, down
	}

	return w.Service.GetClusterHealth(ctx)
}

// prepared has the tables of the control plane and of its jobs.
var prepared = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
	if err := worldtest.Prepare(ctx, db); err != nil {
		return err
	}

	return jobqueue.Migrate(ctx, db, slog.New(slog.DiscardHandler))
})

func newPlane(tb testing.TB, db *store.DB) (*controlplane.ControlPlane, *jobs.Runner) {
	tb.Helper()

	logger := slog.New(slog.DiscardHandler)
	registry := prometheus.NewRegistry()

	enqueuer, err := jobqueue.NewEnqueuer(db, logger)
	if err != nil {
		tb.Fatal(err)
	}

	runner, err := jobs.New(tb.Context(), jobs.Config{DB: db, Now: time.Now, Logger: logger, Enqueuer: enqueuer, Registry: registry})
	if err != nil {
		tb.Fatal(err)
	}

	plane := worldtest.ControlPlane(tb, controlplane.Config{DB: db, Now: time.Now, Jobs: runner, Metrics: registry})

	return plane, runner
}

// Queue is what the control plane of a test holds.
func (l *Line) Queue(jobs ...ops.ExportJob) *worldtest.ExportQueue {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.exports = worldtest.NewExportQueue(jobs...)

	return l.exports
}

func (l *Line) queue() *worldtest.ExportQueue {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.exports
}

func (w *wire) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	if err := w.line.lostJobs(); err != nil {
		return ops.JobStatus{}, err
	}

	return w.Service.GetJobStatus(ctx)
}

func (w *wire) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	if queue := w.line.queue(); queue != nil {
		return queue.List(query), nil
	}

	return w.Service.GetExportJobs(ctx, query)
}

func (w *wire) GetState(ctx context.Context) (ops.State, error) {
	state, err := w.Service.GetState(ctx)
	if queue := w.line.queue(); queue != nil {
		state.ExportJobs = queue.State()
	}

	return state, err
}
