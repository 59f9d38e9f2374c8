package windows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestTheReviewOfAWindowWaitsForASecond though it is no GET.
func TestTheReviewOfAWindowWaitsForASecond(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := windowForm(w, nil)
	w.Plane.Hang(t)

	begun := time.Now()
	got := w.Form("/maintenance/windows/review", form)

	if took := time.Since(begun); took > time.Second || !strings.Contains(got.Body, "cannot be told now") {
		t.Errorf("got %d after %v, want the review within a second\n%s", got.Status, took, got.Body)
	}
}
