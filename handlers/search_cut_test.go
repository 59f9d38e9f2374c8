package handlers_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	index "github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestASearchThatEndsEarlySaysSo and goes on where it ended until all was looked at.
func TestASearchThatEndsEarlySaysSo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	fillRecord(t, w.DB, 3000)

	if err := index.New(w.DB).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	var newer store.Time
	if err := w.DB.Read().QueryRowContext(t.Context(), `SELECT at FROM opsconsole_audit WHERE seq = 2500`).Scan(&newer); err != nil {
		t.Fatal(err)
	}

	var half store.Time
	if err := w.DB.Read().QueryRowContext(t.Context(), `SELECT at FROM opsconsole_changes WHERE id = 1500`).Scan(&half); err != nil {
		t.Fatal(err)
	}

	// A third has the word, and more than half is of that time: none is both.
	filter := audit.Filter{Text: "oldest", From: newer.Time}
	pages := 0
	w.Log.Patience, w.Changes.Patience = time.Nanosecond, time.Nanosecond

	for more := true; more; pages++ {
		found, err := w.Log.List(t.Context(), filter)
		if err != nil {
			t.Fatal(err)
		}

		if found.Cut && found.Next == 0 || len(found.Items) > 0 {
			t.Fatalf("got %d entries, cut %v, next %d, want none, and where to look on", len(found.Items), found.Cut, found.Next)
		}

		filter.Before, more = found.Next, found.Cut
	}

	if pages < 2 {
		t.Errorf("got %d looks, want several", pages)
	}

	if n, cut, err := w.Log.CountWithin(t.Context(), filter); err != nil || n != 0 || !cut {
		t.Errorf("counted %d, cut %v, %v: want it said that not all was looked at", n, cut, err)
	}

	for _, path := range []string{"/audit?q=oldest&from=" + stamp(newer.Time), "/history?q=oldest&from=" + stamp(half.Time)} {
		if got := w.Data(path); got["cut"] != true || got["next"] == nil {
			t.Errorf("%s: got cut %v, next %v, want it said that not all was looked at, and where to look on", path, got["cut"], got["next"])
		}
	}

	if found, err := w.Changes.History(t.Context(), changes.Filter{Text: "reason"}); err != nil || found.Cut || len(found.Items) != 50 {
		t.Errorf("got %d, cut %v, %v: want a page that is full", len(found.Items), found.Cut, err)
	}

	w.Log.Patience, w.Changes.Patience = 0, 0

	page := w.Get("/audit?q=oldest&from="+stamp(newer.Time), "Accept", "text/html")
	if page.Status != http.StatusOK || strings.Contains(page.Body, "Not everything was searched") {
		t.Errorf("got %d, want a page that looked at all within its second", page.Status)
	}
}

// TestFilesAreCompressed whichever it is.
func TestFilesAreCompressed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	now := w.Now().UTC()

	for i := range 200 {
		exec := fmt.Sprintf(`INSERT INTO opsconsole_samples (series, at, value) VALUES ('used', '%s', %d)`,
			now.Add(-time.Duration(i)*15*time.Second).Format("2006-01-02T15:04:05.000000Z"), i)
		if _, err := w.DB.Exec(t.Context(), exec); err != nil {
			t.Fatal(err)
		}
	}

	got := w.Get("/capacity.csv?from=-90m&to=now", "Accept", "text/csv", "Accept-Encoding", "gzip")
	if got.Header.Get("Content-Encoding") != "gzip" || strings.Contains(got.Body, "cluster_total") {
		t.Errorf("got %d as %q, want it compressed", got.Status, got.Header.Get("Content-Encoding"))
	}
}

// TestARefusedFileCanBeRead by whoever accepts compressed answers: what it says it is coded in it is, and no error is a file.
func TestARefusedFileCanBeRead(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	bearer := "Bearer " + w.Token("dave")
	long := strings.Repeat("x", 2000)

	for path, status := range map[string]int{
		"/capacity.csv?from=" + long: http.StatusUnprocessableEntity, "/health.csv?range=1y": http.StatusUnprocessableEntity,
		"/exports.csv?status=" + long: http.StatusUnprocessableEntity, "/audit.csv?outcome=" + long: http.StatusUnprocessableEntity,
		"/metrics.csv?family=" + long: http.StatusNotFound, "/capacity.csv?for=" + long: http.StatusUnprocessableEntity,
		"/audit.csv?" + long + "=1": http.StatusUnprocessableEntity, "/metrics/raw?x=" + long: http.StatusUnprocessableEntity,
	} {
		for _, accept := range []string{"text/csv", "application/json", "text/html"} {
			plain := w.Send(http.MethodGet, path, "", "Authorization", bearer, "Accept", accept)
			got := w.Send(http.MethodGet, path, "", "Authorization", bearer, "Accept", accept, "Accept-Encoding", "gzip")

			body := got.Body
			if got.Header.Get("Content-Encoding") == "gzip" {
				unzipped, err := gzip.NewReader(strings.NewReader(body))
				if err != nil {
					t.Fatalf("%.30s: %v", path, err)
				}

				whole, err := io.ReadAll(unzipped)
				if err != nil {
					t.Fatalf("%.30s: %v", path, err)
				}

				body = string(whole)
			}

			if got.Status != status || plain.Status != status || !strings.Contains(body, "error") || got.Header.Get("Content-Disposition") != "" ||
				strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") || got.Header.Get("Content-Type") != plain.Header.Get("Content-Type") {
				t.Errorf("%.30s, %s: got %d, %v, want %d and an error as without gzip\n%.300s", path, accept, got.Status, got.Header, status, body)
			}
		}
	}
}
