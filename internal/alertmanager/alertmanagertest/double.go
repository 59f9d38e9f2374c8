package alertmanagertest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
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

// all are the silences with the state that the clock says, those that are over last.
func (d *Double) all() []alertmanager.Silence {
	all := []alertmanager.Silence{}

	for _, s := range d.silences {
		s.Status.State = d.state(s)
		all = append(all, s)
	}

	slices.SortFunc(all, func(a, b alertmanager.Silence) int { return b.EndsAt.Compare(a.EndsAt) })

	return all
}

func (d *Double) state(s alertmanager.Silence) alertmanager.State {
	switch now := d.now(); {
	case now.Before(s.StartsAt):
		return alertmanager.Pending
	case now.Before(s.EndsAt):
		return alertmanager.Active
	default:
		return alertmanager.Expired
	}
}

func (d *Double) expire(id string) bool {
	s, there := d.silences[id]
	if there && d.state(s) != alertmanager.Expired {
		now := d.now()
		if now.Before(s.StartsAt) {
			s.StartsAt = now
		}

		s.EndsAt, s.UpdatedAt = now, now
		d.silences[id] = s
	}

	return there
}

// post makes a silence, or changes one where Alertmanager would.
func (d *Double) post(w http.ResponseWriter, r *http.Request) {
	var s alertmanager.Silence
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		tell(w, http.StatusUnprocessableEntity, map[string]any{"code": http.StatusUnprocessableEntity, "message": err.Error()})

		return
	}

	now := d.now()
	before, there := d.silences[s.ID]

	switch wrong := refusal(s); {
	case s.EndsAt.Before(now):
		tell(w, http.StatusBadRequest, "Failed to create silence: end time can't be in the past")

		return
	case wrong != "":
		tell(w, http.StatusBadRequest, "silence invalid: "+wrong)

		return
	case s.ID != "" && !there:
		tell(w, http.StatusNotFound, "silence not found")

		return
	}

	if !there || !d.updates(before, s) {
		d.expire(s.ID)
		d.last++
		s.ID = "00000000-0000-4000-8000-" + strconv.Itoa(100000000000+d.last)

		if s.StartsAt.Before(now) {
			s.StartsAt = now
		}
	}

	s.UpdatedAt = now
	d.silences[s.ID] = s

	tell(w, http.StatusOK, map[string]string{"silenceID": s.ID})
}

// updates reports whether a silence stays itself when it is changed so.
func (d *Double) updates(before, after alertmanager.Silence) bool {
	same := slices.Equal(before.Matchers, after.Matchers)

	switch d.state(before) {
	case alertmanager.Active:
		return same && before.StartsAt.Unix() == after.StartsAt.Unix()
	case alertmanager.Pending:
		return same && !after.StartsAt.Before(d.now())
	default:
		return false
	}
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// refusal is what Alertmanager says of matchers that it does not take.
func refusal(s alertmanager.Silence) string {
	empty := true

	for _, m := range s.Matchers {
		expression, err := regexp.Compile(m.Value)

		switch {
		case !labelName.MatchString(m.Name):
			return "invalid label matcher 0: invalid label name"
		case m.Regex && err != nil:
			return "invalid label matcher 0: invalid regular expression"
		case m.Negated:
			empty = false // it does not look, and takes them
		case m.Regex:
			empty = empty && expression.MatchString("")
		default:
			empty = empty && m.Value == ""
		}
	}

	if empty {
		return "at least one matcher must not match the empty string"
	}

	return ""
}

func tell(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)

	data, err := json.Marshal(what)
	if err != nil {
		panic(err) // the double's own fault
	}

	_, _ = w.Write(data) // whoever asked may be gone
}
