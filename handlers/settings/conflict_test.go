package settings_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAConflictNamesEverybodyWhoCameBetween: whoever came last may have changed another field.
func TestAConflictNamesEverybodyWhoCameBetween(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	seen := w.Revision()
	w.Save(`"per_analyst": 7, "reason": "seven for the workshop"`)
	w.Save(`"cluster_total": 60, "reason": "a larger cluster"`)

	form := w.Form("/config/concurrency", url.Values{
		"per_analyst": {"9"}, "cluster_total": {"50"}, "reason": {"nine for the course"}, "revision": {seen},
	})

	for _, text := range []string{"seven for the workshop", "a larger cluster", `href="/history/1"`, `href="/history/2"`} {
		holds(t, form, http.StatusConflict, text)
	}
}
