package metrics_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// world is a console of which everything is told.
type world struct {
	*handlerstest.World

	metrics *metrics.Metrics
	chain   metrics.ChainState
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{World: handlerstest.New(t), chain: metrics.ChainState{Intact: true, Entries: 7, VerifiedAt: time.Unix(1, 0), Anchored: true, HeadAt: time.Unix(2, 0), HeadsWaiting: 1}}

	var err error

	w.metrics, err = metrics.New(metrics.Config{
		Build: metrics.Build{Version: "v1.2.3", Commit: "abc", Go: "go1.26"}, DB: w.DB, Monitor: w.Monitor, Database: w.Database,
		Chain: func() metrics.ChainState { return w.chain }, Streams: w.Console.Streams,
		Backups: func() (time.Time, bool) { return time.Unix(3, 0), true },
		Changes: unknown{w.Changes}, Windows: w.Windows, Webhooks: pending{}, Requests: w.Requests, Now: w.Now,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	if err := w.Jobs.Run(t.Context(), jobs.JobArgs{JobName: ops.JobLifecycle}); err != nil {
		t.Fatal(err)
	}

	if err := w.Jobs.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.Monitor.Poll(t.Context())

	return w
}

// scrape is what is told now.
func (w *world) scrape(t *testing.T) (text string, read monitor.Metrics) {
	t.Helper()

	answer := httptest.NewRecorder()
	w.metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))

	if answer.Code != http.StatusOK {
		t.Fatalf("got %d\n%s", answer.Code, answer.Body)
	}

	text = answer.Body.String()

	read, err := monitor.ParseMetrics([]byte(text))
	if err != nil || len(read.Unread) != 0 {
		t.Fatalf("cannot be read: %v, %v\n%s", err, read.Unread, text)
	}

	return text, read
}

// value fails the test where there is none.
func (w *world) value(t *testing.T, name string, labels ...string) float64 {
	t.Helper()

	text, read := w.scrape(t)

	value := read.Value(name, labels...)
	if value == nil {
		t.Fatalf("there is no %s%v\n%s", name, labels, text)
	}

	return *value
}

// unknown has two changes of which nobody knows what came of them, on two pages.
type unknown struct{ *changes.Changes }

func (unknown) History(_ context.Context, filter changes.Filter) (changes.Page, error) {
	if filter.Before == 0 {
		return changes.Page{Items: []changes.Change{{ID: 2, At: time.Unix(30, 0), Outcome: changes.Unknown}}, Next: 2}, nil
	}

	return changes.Page{Items: []changes.Change{{ID: 1, At: time.Unix(20, 0), Outcome: changes.Unknown}}}, nil
}

// pending has two deliveries that wait.
type pending struct{}

func (pending) Waiting(context.Context) (webhooks.Waiting, error) {
	return webhooks.Waiting{Count: 2, Since: time.Unix(10, 0)}, nil
}
