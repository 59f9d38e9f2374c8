package settings_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// saving is a review of eight that is sent, with other fields by name and value.
func saving(w *handlerstest.World, fields ...string) handlerstest.Answer {
	form := url.Values{"per_analyst": {"8"}, "cluster_total": {"50"}, "reason": {"room for a workshop"}, "revision": {w.Revision()}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}

	return w.Form("/config/concurrency", form)
}

// TestOnlyTheChosenTermCounts: what stands in the fields of other choices, which are not shown, is not meant.
func TestOnlyTheChosenTermCounts(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		sent []string
		kind any
	}{
		"permanent":              {[]string{"term", "permanent", "duration", "2h"}, nil},
		"for":                    {[]string{"term", "duration", "duration", "2h", "until", "tomorrow", "confirm_within", "5m"}, "until"},
		"unless confirmed":       {[]string{"term", "confirm_within", "duration", "2h", "confirm_within", "5m"}, "confirm"},
		"until":                  {[]string{"term", "until", "until", "in 3 h", "duration", "nonsense"}, "until"},
		"a page of before":       {[]string{"duration", "2h"}, "until"},
		"nothing of any of them": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := handlerstest.New(t)
			if got := saving(w, test.sent...); got.Status != http.StatusSeeOther {
				t.Fatalf("got %d: %.300s", got.Status, got.Body)
			}

			items, _ := w.Data("/leases")["items"].([]any)
			if test.kind == nil {
				if len(items) != 0 {
					t.Errorf("got %v, want a permanent change", items)
				}

				return
			}

			if lease, _ := items[0].(map[string]any); len(items) != 1 || lease["kind"] != test.kind {
				t.Errorf("got %v, want one of kind %v", items, test.kind)
			}
		})
	}
}

// TestAChosenTermIsNeverEmpty: nobody gets a permanent change by leaving the length of a temporary one empty.
func TestAChosenTermIsNeverEmpty(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for term, want := range map[string]string{
		"duration": "Say how long", "confirm_within": "Say how long", "until": "Say when it ends", "ever": "must be permanent",
	} {
		got := saving(w, "term", term, strings.Replace(term, "ever", "until", 1), "  ")
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, want) || !strings.Contains(got.Body, "room for a workshop") {
			t.Errorf("%s: got %d, want %q with what was typed", term, got.Status, want)
		}

		if chosen := `value="` + term + `" checked`; term != "ever" && !strings.Contains(got.Body, chosen) {
			t.Errorf("%s is not chosen any more", term)
		}
	}
}

// TestAReviewComesWithItsTermChosen as an address has it.
func TestAReviewComesWithItsTermChosen(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for query, want := range map[string]string{
		"": "permanent", "&duration=2h": "duration", "&confirm_within=5m": "confirm_within", "&until=in+3+h": "until",
		"&term=until&duration=2h": "until",
	} {
		got := w.Get("/config/concurrency/review?per_analyst=8&cluster_total=50&revision="+w.Revision()+query, "Accept", "text/html")
		if n := strings.Count(got.Body, `name="term" value="`+want+`" checked`); got.Status != http.StatusOK || n != 1 {
			t.Errorf("%s: got %d, want %s chosen", query, got.Status, want)
		}
	}
}
