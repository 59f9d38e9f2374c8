package instances_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTheListIsFilteredAndPaged(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for i := range 53 {
		w.Instance("alice", fmt.Sprint("graph ", i), ops.InstanceRunning, time.Hour)
	}

	failed := w.Instance("bob", "Fraud", ops.InstanceFailed, time.Minute)

	for query, want := range map[string]struct {
		total, pages float64
		items        int
		first        string
	}{
		"":                        {54, 2, 50, "Fraud"},
		"?page=2":                 {54, 2, 4, "graph 3"},
		"?page=3":                 {54, 2, 0, ""},
		"?owner=bob":              {1, 1, 1, "Fraud"},
		"?status=running&page=2":  {53, 2, 3, "graph 2"},
		"?q=FRAUD":                {1, 1, 1, "Fraud"},
		"?q=graph&owner=bob":      {0, 0, 0, ""},
		"?status=failed&q=&page=": {1, 1, 1, "Fraud"},
	} {
		data := w.Data("/instances" + query)
		items, _ := data["items"].([]any)

		if data["total"] != want.total || data["pages"] != want.pages || len(items) != want.items || data["page_size"] != 50.0 {
			t.Errorf("%s: %d of %v on %v pages, want %+v", query, len(items), data["total"], data["pages"], want)
		}

		if len(items) > 0 && handlerstest.At(items[0], "name") != want.first {
			t.Errorf("%s: begins with %v, want %s", query, handlerstest.At(items[0], "name"), want.first)
		}
	}

	for _, bad := range []string{"?status=gone", "?page=0", "?page=99999999999", "?page=x", "?owner=" + strings.Repeat("x", 256), "?limit=3", "?q=%00"} {
		if got := w.Get("/instances"+bad, "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.20s: got %d, want 422", bad, got.Status)
		}
	}

	for path, words := range map[string][]string{
		"/instances":              {"1–50 of 54 instances", `href="/instances?page=2"`, `href="/instances?owner=bob"`, "1 min ago", "in 22 h 59 min"},
		"/instances?page=7":       {"There is no page 7", "The last one is page 2."},
		"/instances?owner=nobody": {"No instance matches"},
		"/instances?tick=all":     {"Clear selection", "checked"},
		"/instances?status=x":     {"Must be one of"},
		fmt.Sprint("/instances/", failed): {
			"Suspend: only a running instance can be suspended; it is failed.", fmt.Sprintf(`href="/instances/%d/terminate"`, failed), "24 h (PT24H)",
		},
	} {
		page := w.Get(path, "Accept", "text/html")
		for _, word := range words {
			if !strings.Contains(page.Body, word) {
				t.Errorf("%s (%d) does not say %q\n%s", path, page.Status, word, page.Body)
			}
		}
	}
}

func TestNoSuchInstance(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/instances/4711", "/instances/abc", "/instances/4711/suspend", "/instances/1/frob", "/instances/terminate/results?entry=1"} {
		if got := w.Get(path, "Accept", "application/json"); got.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404\n%s", path, got.Status, got.Body)
		}
	}
}
