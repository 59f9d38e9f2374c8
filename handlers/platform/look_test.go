package platform_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestARangeIsSharedByThePagesOfTheCharts: what one is asked for leads to the others.
func TestARangeIsSharedByThePagesOfTheCharts(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, others := range map[string][]string{
		"/capacity": {"/health", "/metrics"}, "/health": {"/capacity", "/metrics"}, "/metrics": {"/capacity", "/health"},
	} {
		page := w.Get(path+"?from=-6h&to=now", "Accept", "text/html")
		for _, other := range others {
			if !strings.Contains(page.Body, `href="`+other+`?from=-6h&amp;to=now"`) {
				t.Errorf("%s does not lead to the same time on %s", path, other)
			}
		}

		if page.Status != http.StatusOK || strings.Contains(page.Body, "Back to now") || !strings.Contains(page.Body, url.QueryEscape("from=-6h&to=now")) {
			t.Errorf("%s: got %d, want a page that follows the last 6 hours", path, page.Status)
		}

		got := w.Data(path + "?from=-6h&to=now")

		from, _ := handlerstest.At(got, "from").(string)
		until, _ := handlerstest.At(got, "until").(string)

		begun, _ := time.Parse(time.RFC3339, from)
		if over, err := time.Parse(time.RFC3339, until); err != nil || over.Sub(begun) != 6*time.Hour {
			t.Errorf("%s: got %s to %s, want 6 hours", path, from, until)
		}

		if named := w.Data(path); handlerstest.At(named, "from") == nil {
			t.Errorf("%s does not say from when on it tells", path)
		}
	}

	month, last := w.Data("/capacity?range=30d"), w.Data("/capacity?from=-30d&to=now")
	if month["range"] != "30d" || last["range"] != "30d" || month["step_seconds"] != last["step_seconds"] || month["step_seconds"] != 3*3600.0 {
		t.Errorf("got %v in steps of %v and %v in steps of %v, want both 30d, of 3 hours", month["range"], month["step_seconds"], last["range"], last["step_seconds"])
	}
}

// TestTheLimitIsDrawnWhereItWasSet, rather than at the step of the chart that a sample of it is in.
func TestTheLimitIsDrawnWhereItWasSet(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	line := func() string {
		page := w.Get("/capacity?from=-2h&to=now", "Accept", "text/html").Body
		_, path, _ := strings.Cut(page, `<path class="limit" d="`)
		path, _, _ = strings.Cut(path, `"`)

		return path
	}

	sample := func(ago time.Duration) {
		for series, value := range map[string]int{"used": 3, "cluster_total": 50} {
			if _, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_samples (series, at, value) VALUES ($1, $2, $3)`,
				series, store.Time{Time: w.Now().Add(-ago)}, value); err != nil {
				t.Fatal(err)
			}
		}
	}

	for ago := 90 * time.Minute; ago > 0; ago -= 15 * time.Second {
		sample(ago)
	}

	if path := line(); strings.Count(path, "V") != 0 || !strings.HasPrefix(path, "M") {
		t.Fatalf("got %q, want a limit that holds", path)
	}

	// It was higher for five minutes, which no sample shows.
	w.Advance(-35 * time.Minute)

	var set []during

	for _, total := range []int{60, 50} {
		begun := w.Now()

		got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 5, "cluster_total": %d, "reason": "a load test with %d", "revision": %q}`, total, total, w.Revision()))
		if got.Status != http.StatusOK {
			t.Fatalf("got %d\n%s", got.Status, got.Body)
		}

		set = append(set, during{begun, w.Now()})

		w.Advance(5 * time.Minute)
	}

	w.Advance(25 * time.Minute)
	w.Monitor.Poll(t.Context())

	begun, path := w.Now(), line()
	drawn := during{begun, w.Now()}

	steps := regexp.MustCompile(`H([0-9.]+)V`).FindAllStringSubmatch(path, -1)
	if len(steps) != len(set) {
		t.Fatalf("got %q, want it higher from 35 to 30 minutes ago", path)
	}

	for i, step := range steps {
		const shown, wide, precise = 2 * time.Hour, 1000, 0.1

		least := wide*(1-float64(drawn.over.Sub(set[i].begun))/float64(shown)) - precise
		most := wide*(1-float64(drawn.begun.Sub(set[i].over))/float64(shown)) + precise

		if x, err := strconv.ParseFloat(step[1], 64); err != nil || x < least || x > most {
			t.Errorf("step %d of %q is at %s, %v, want it from %.1f to %.1f", i, path, step[1], err, least, most)
		}
	}
}

// during is when something was done, as the clock of the world goes on.
type during struct{ begun, over time.Time }

// TestTheLimitIsDrawnWhereItTookEffect where its answer was lost, and that it was carried out is known later.
func TestTheLimitIsDrawnWhereItTookEffect(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for ago := 110 * time.Minute; ago > 0; ago -= 15 * time.Second {
		for series, value := range map[string]int{"used": 3, "cluster_total": 50} {
			if _, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_samples (series, at, value) VALUES ($1, $2, $3)`,
				series, store.Time{Time: w.Now().Add(-ago)}, value); err != nil {
				t.Fatal(err)
			}
		}
	}

	w.Data("/config/concurrency")
	w.Advance(-76 * time.Minute)

	w.Plane.Cut(nil, true)

	if got := w.Post("/config/concurrency", fmt.Sprintf(`{"cluster_total": 60, "reason": "a load test today", "revision": %q}`, w.Revision())); got.Status == http.StatusOK {
		t.Fatal("it is known at once")
	}

	w.Plane.Cut(nil, false)
	w.Advance(6 * time.Minute)
	w.Outside(5, 60)
	w.Data("/config/concurrency")
	w.Advance(70 * time.Minute)
	w.Monitor.Poll(t.Context())

	// The second look begins between the two.
	for from, want := range map[string]float64{"-2h": 417, "-73m": 41} {
		page := w.Get("/capacity?from="+from+"&to=now", "Accept", "text/html").Body
		_, path, _ := strings.Cut(page, `<path class="limit" d="`)
		path, _, _ = strings.Cut(path, `"`)
		before, _, _ := strings.Cut(path, "V")

		at, err := strconv.ParseFloat(before[strings.LastIndex(before, "H")+1:], 64)
		if err != nil || strings.Count(path, "V") != 1 || at < want-5 || at > want+1 {
			t.Errorf("from %s: got %q, %v, want one step at %g", from, path, err, want)
		}
	}
}

// TestATimeThatIsOverIsNotLive has a fixed address, follows nothing, and says so.
func TestATimeThatIsOverIsNotLive(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	now := time.Now().UTC().Truncate(time.Second)
	fixed := url.Values{"from": {now.Add(-3 * time.Hour).Format(time.RFC3339)}, "to": {now.Add(-2 * time.Hour).Format(time.RFC3339)}}.Encode()

	for _, path := range []string{"/capacity", "/health", "/metrics"} {
		page := w.Get(path+"?"+fixed, "Accept", "text/html")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "do not update") || strings.Contains(page.Body, "events?page=") {
			t.Errorf("%s: got %d, want a page that says that it does not update, and follows nothing", path, page.Status)
		}

		moves := w.Get(path+"?from=-3h&to=-2h", "Accept", "text/html")
		if to := moves.Header.Get("Location"); moves.Status != http.StatusSeeOther || !strings.HasPrefix(to, path+"?from=20") {
			t.Errorf("%s: got %d to %s, want to be led to that time for good", path, moves.Status, to)
		}
	}

	got := w.Data("/capacity?" + fixed)
	if got["range"] != "" || got["until"] != now.Add(-2*time.Hour).Format(time.RFC3339) {
		t.Errorf("got %v until %v, want no name, until %v", got["range"], got["until"], now.Add(-2*time.Hour))
	}
}

// TestATimeThatCannotBeShownIsSaidBesideItsField, with what was typed; a program gets the error.
func TestATimeThatCannotBeShownIsSaidBesideItsField(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/capacity", "/health", "/metrics"} {
		for query, field := range map[string]string{"from=soon": "from", "to=soon": "to", "from=-1h&to=-2h": "from", "from=-401d": "from", "from=%00": "from"} {
			if wrong := handlerstest.WhatIsWrong(t, w.Get(path+"?"+query, "Accept", "application/json")); wrong != "query."+field {
				t.Errorf("%s?%s: %q is wrong, want query.%s", path, query, wrong, field)
			}

			page := w.Get(path+"?"+query, "Accept", "text/html")
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, `id="filter-`+field+`-error"`) || !strings.Contains(page.Body, `id="live-`) {
				t.Errorf("%s?%s: got %d, want the page with what is wrong beside %s", path, query, page.Status, field)
			}
		}

		if wrong := handlerstest.WhatIsWrong(t, w.Get(path+"?range=24h&from=-1h", "Accept", "application/json")); wrong != "query.range" {
			t.Errorf("%s: %q is wrong, want query.range", path, wrong)
		}
	}
}

// TestTheNumbersOfTheChartsAreFiles for programs, and for people's spreadsheets.
func TestTheNumbersOfTheChartsAreFiles(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, head := range map[string]string{
		"/capacity.csv": "time,used,cluster_total\n", "/capacity.csv?from=-7d": "time,used,cluster_total\n",
		"/health.csv": "time,", "/health.csv?from=-1h&to=now": "time,",
	} {
		got := w.Get(path, "Accept", "text/csv")

		lines := strings.Split(strings.TrimSpace(got.Body), "\n")
		if got.Status != http.StatusOK || !strings.HasPrefix(got.Body, head) || len(lines) < 2 || got.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Errorf("%s: got %d %s, want numbers under %s", path, got.Status, got.Body, head)

			continue
		}

		at, _, _ := strings.Cut(lines[1], ",")
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Errorf("%s: a row begins with %q, want RFC 3339", path, at)
		}
	}

	if got := w.Get("/capacity.csv?for=excel"); !strings.HasPrefix(got.Body, "\ufefftime,used,cluster_total\r\n") {
		t.Errorf("for a spreadsheet: got %q", got.Body)
	}

	if got := w.Get("/metrics.csv?family=no_such_family", "Accept", "application/json"); got.Status != http.StatusNotFound {
		t.Errorf("got %d of a family that there is not, want 404", got.Status)
	}

	for _, path := range []string{"/capacity", "/health"} {
		if body := w.Get(path, "Accept", "text/html").Body; !strings.Contains(body, fmt.Sprintf(`href="%s.csv?for=excel`, path)) {
			t.Errorf("%s does not lead to its numbers for a spreadsheet", path)
		}
	}
}
