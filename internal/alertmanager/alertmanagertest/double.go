package alertmanagertest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
)

// Double behaves as Alertmanager 0.25 was seen to, with a clock of its own.
type Double struct {
	URL *url.URL

	mu       sync.Mutex
	now      func() time.Time
	silences map[string]alertmanager.Silence
	// snapshot is what a crash leaves.
	snapshot map[string]alertmanager.Silence
	alerts   int
	fault    Fault
	asked    int
	last     int
}

// Fault is what a request meets with; done says whether it is carried out all the same. A
// fault that answers nothing lets the connection break.
type Fault func(r *http.Request) (status int, done bool)

// NewDouble returns one that goes by the clock.
func NewDouble(tb testing.TB, now func() time.Time) *Double {
	tb.Helper()

	d := &Double{now: now, silences: map[string]alertmanager.Silence{}}

	server := httptest.NewServer(http.HandlerFunc(d.serve))
	tb.Cleanup(server.Close)

	to, err := url.Parse(server.URL)
	if err != nil {
		tb.Fatal(err)
	}

	d.URL = to

	return d
}

// Break has requests meet with a fault, none when it is nil.
func (d *Double) Break(fault Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.fault = fault
}

// Asked is how many requests have come.
func (d *Double) Asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()

	return d.asked
}

// Kill forgets what was told since the last snapshot, and Stop makes one.
func (d *Double) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.silences = maps.Clone(d.snapshot)
	if d.silences == nil {
		d.silences = map[string]alertmanager.Silence{}
	}
}

// Stop makes a snapshot.
func (d *Double) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.snapshot = maps.Clone(d.silences)
}

// Restart does nothing: it has kept what it is to know.
func (d *Double) Restart() {}

// Address is its URL.
func (d *Double) Address() *url.URL { return d.URL }

// Fire has an alert fire.
func (d *Double) Fire(map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.alerts++
}

// Expire ends a silence by hand.
func (d *Double) Expire(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.expire(id)
}

// Silences are those that are not over, or those that are.
func (d *Double) Silences(expired bool) (found []Silence) {
	d.mu.Lock()
	defer d.mu.Unlock()

	for _, s := range d.all() {
		if (s.Status.State == alertmanager.Expired) == expired {
			one := Silence{ID: s.ID, StartsAt: s.StartsAt, EndsAt: s.EndsAt, Comment: s.Comment}
			one.Status.State = string(s.Status.State)
			found = append(found, one)
		}
	}

	return found
}

func (d *Double) serve(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.asked++

	w.Header().Set("Date", d.now().UTC().Format(http.TimeFormat))

	if d.fault != nil {
		status, done := d.fault(r)
		if done {
			d.answer(httptest.NewRecorder(), r)
		}

		switch {
		case status == 0 && done:
			panic(http.ErrAbortHandler)
		case status != 0:
			w.WriteHeader(status)

			return
		}
	}

	d.answer(w, r)
}

func (d *Double) answer(w http.ResponseWriter, r *http.Request) {
	switch path := r.Method + " " + r.URL.Path; {
	case path == "GET /api/v2/silences":
		tell(w, http.StatusOK, d.all())
	case path == "POST /api/v2/silences":
		d.post(w, r)
	case path == "GET /api/v2/alerts":
		tell(w, http.StatusOK, make([]struct{}, d.alerts))
	case r.Method == http.MethodDelete && len(r.URL.Path) > len(silencePath):
		if !d.expire(r.URL.Path[len(silencePath):]) {
			tell(w, http.StatusInternalServerError, "silence not found")
		}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

const silencePath = "/api/v2/silence/"

func tell(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)

	data, err := json.Marshal(what)
	if err != nil {
		panic(err) // the double's own fault
	}

	_, _ = w.Write(data) // whoever asked may be gone
}
