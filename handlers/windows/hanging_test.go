package windows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestTheReviewOfAWindowWaitsForASecond though it is no GET.
func TestTheReviewOfAWindowWaitsForASecond(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := windowForm(w, nil)
	w.Plane.Hang(t)

	worldtest.Within(t, time.Second, func() {
		got := w.Form("/maintenance/windows/review", form)

		if !strings.Contains(got.Body, "cannot be determined right now") {
			t.Errorf("got %d, want the review\n%s", got.Status, got.Body)
		}
	})
}
