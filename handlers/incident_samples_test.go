package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestAnIncidentTellsWhatSamplesTell: exports that failed, and when the cluster was full.
func TestAnIncidentTellsWhatSamplesTell(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	from := w.Now().UTC().Add(-20 * time.Hour).Truncate(time.Hour)

	for i := range 240 {
		at := store.Time{Time: from.Add(time.Duration(i) * 15 * time.Second)}

		for series, value := range map[string]float64{"used": 40, "cluster_total": 50, "exports:failed": 3} {
			switch {
			case series == "used" && i >= 80 && i < 120:
				value = 50
			case series == "exports:failed" && i >= 160:
				value = 5
			}

			if _, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_samples (series, at, value) VALUES ($1, $2, $3)`, series, at, value); err != nil {
				t.Fatal(err)
			}
		}
	}

	address := func(from, to time.Time) string {
		return "/incident?" + url.Values{"from": {from.Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)}, "kind": {"export", "capacity"}}.Encode()
	}

	got := incidentTitles(t, w, address(from, from.Add(time.Hour)))
	if want := []string{"Cluster full for 10 min: 50 of 50 instances", "2 more exports failed: 3 → 5"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}

	got = incidentTitles(t, w, address(from.Add(25*time.Minute), from.Add(41*time.Minute)))
	if want := []string{"Cluster full for 5 min: 50 of 50 instances", "2 more exports failed: 3 → 5"}; !slices.Equal(got, want) {
		t.Errorf("of a part of it, got %q, want %q", got, want)
	}

	if page := w.Get(address(from.Add(25*time.Minute), from.Add(41*time.Minute)), "Accept", "text/html"); !strings.Contains(page.Body, "It was full before this time") ||
		!strings.Contains(page.Body, "to within 15 s") {
		t.Errorf("got %d, want a page that says how far it was seen, and how precisely", page.Status)
	}

	if got := incidentTitles(t, w, address(from.Add(45*time.Minute), from.Add(time.Hour))); len(got) != 0 {
		t.Errorf("after it, got %q, want nothing", got)
	}
}

// TestAClusterIsFullUntilTheEndThoughTheLastStepHasNoSampleYet: it is not said to have had room then, as long as nobody missed a look.
func TestAClusterIsFullUntilTheEndThoughTheLastStepHasNoSampleYet(t *testing.T) {
	t.Parallel()

	for unseen, still := range map[time.Duration]bool{20 * time.Second: true, 2 * time.Minute: false} {
		w := handlerstest.New(t)
		until := w.Now().UTC().Add(-10 * time.Minute).Truncate(time.Minute).Add(5 * time.Second)

		for at := until.Add(-unseen); at.After(until.Add(-30 * time.Minute)); at = at.Add(-15 * time.Second) {
			for _, series := range []string{"used", "cluster_total"} {
				if _, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_samples (series, at, value) VALUES ($1, $2, 50)`, series, store.Time{Time: at}); err != nil {
					t.Fatal(err)
				}
			}
		}

		items, _ := w.Data("/incident?" + url.Values{
			"from": {until.Add(-2 * time.Hour).Format(time.RFC3339)}, "to": {until.Format(time.RFC3339)}, "kind": {"capacity"},
		}.Encode())["items"].([]any)

		if len(items) != 1 || handlerstest.At(items[0], "full", "still_full") != still {
			t.Errorf("not seen for %s: got %v, want one that is still full: %t", unseen, items, still)
		}
	}
}

// TestAnIncidentThatEndsAheadEndsNow and says that more may follow.
func TestAnIncidentThatEndsAheadEndsNow(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	query := func(from, to time.Time) string {
		return "/incident?" + url.Values{"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}}.Encode()
	}

	ahead := query(w.Now().Add(-time.Hour), w.Now().Add(time.Hour))

	got := w.Data(ahead)
	if until, err := time.Parse(time.RFC3339Nano, got["to"].(string)); err != nil || until.After(w.Now()) || got["end_ahead"] != true {
		t.Errorf("got until %v, %v, want until now", got["to"], got["end_ahead"])
	}

	if page := w.Get(ahead, "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "lies in the future") {
		t.Errorf("got %d, want it said that the end lies in the future", page.Status)
	}

	if got := w.Get(query(w.Now().Add(time.Hour), w.Now().Add(2*time.Hour)), "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want what is all to come refused", got.Status)
	}
}
