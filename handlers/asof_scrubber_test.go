package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestTheScrubberSaysWhatHappenedAround a moment: in words for its slider, and as links without a script.
func TestTheScrubberSaysWhatHappenedAround(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Data("/config/concurrency")
	w.Advance(time.Minute)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)
	w.Advance(2 * time.Minute)

	then := w.Now().Add(-time.Minute)
	got := w.Get("/?at="+stamp(then), "Accept", "text/html").Body

	_, slider, _ := strings.Cut(got, `<input type="range"`)
	slider, _, _ = strings.Cut(slider, ">")

	if !strings.Contains(slider, "UTC. 1 min") || !strings.Contains(slider, " after ") || !strings.Contains(slider, "oncurrency") {
		t.Errorf("the slider says %.400s, want the moment, and the change before it", slider)
	}

	if !strings.Contains(got, "1 mark</summary>") || strings.Count(got, "data-mark=") != 1 || strings.Count(got, "<rect data-state") != 1 {
		t.Error("want the change marked, and among the links")
	}

	if !strings.Contains(got, `data-slider hidden><label for="moment"`) {
		t.Error("want the slider hidden where no script carries it out")
	}
}

// TestTheScrubberGoesAsFarAsAllIsMarked rather than leave out what came after the moment.
func TestTheScrubberGoesAsFarAsAllIsMarked(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	then := w.Now().Add(-24 * time.Hour).UTC()

	for i := range 400 { // all in the hours before; one is right after
		sampleStatus(t, w, then.Add(-11*time.Hour).Add(time.Duration(i)*time.Minute), i)
	}

	sampleStatus(t, w, then.Add(time.Minute), 401)
	sampleStatus(t, w, then.Add(2*time.Minute), 402)

	got := w.Get("/health?at="+stamp(then), "Accept", "text/html")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `rel="next"`) || !strings.Contains(got.Body, "3 h earlier") {
		t.Errorf("got %d, want three hours, with what came after the moment", got.Status)
	}
}

func sampleStatus(t *testing.T, w *handlerstest.World, at time.Time, i int) {
	t.Helper()

	_, err := w.DB.Exec(t.Context(), `INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ($1, $2, $3, $4)`,
		"postgres", store.Time{Time: at}, store.Time{Time: at.Add(59 * time.Second)}, []string{"connected", "unreachable"}[i%2])
	if err != nil {
		t.Fatal(err)
	}
}
