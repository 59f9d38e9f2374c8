package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/approvals"
)

func TestTheGlassIsBrokenAndEverybodyToldOfIt(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	hook := as(w, "olga", "/maintenance/webhooks", `{"name": "Windows alone", "kind": "generic", "url": "https://hooks.example.com/in",
		"events": ["started"], "reason": "Tell the status page"}`)
	path := ask(t, w, 6)

	got := as(w, "dave", path+"/break-glass", `{"reason": "nobody answers, and it burns"}`)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "approval", "state") != "broken_glass" {
		t.Fatalf("got %d, want it done\n%s", got.Status, got.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 6 {
		t.Errorf("%v is set, want 6", perAnalyst)
	}

	told, _ := w.Data("/maintenance/deliveries?event=&webhook=" + fmt.Sprint(hook.JSON(t)["id"]))["items"].([]any)
	if len(told) != 1 || handlerstest.At(told[0], "event") != "approval_break_glass" {
		t.Errorf("the webhook is told of %v, want of the broken glass alone", told)
	}

	const banner = "Carried out without a second person"
	if page := w.Get("/jobs", "Accept", "text/html"); !strings.Contains(page.Body, banner) || !strings.Contains(page.Body, path) {
		t.Error("another page does not tell of it")
	}

	w.Advance(approvals.BannerFor + time.Minute)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if page := w.Get("/jobs", "Accept", "text/html"); strings.Contains(page.Body, banner) {
		t.Error("another page still tells of it after a day")
	}
}

// TestABrokenGlassIsToldOfAlsoWhereTheFlagIsTurnedOff: it stays its day, and so does what waits.
func TestABrokenGlassIsToldOfAlsoWhereTheFlagIsTurnedOff(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)

	if got := as(w, "dave", path+"/break-glass", `{"reason": "nobody answers, and it burns"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	w.Approvals.Actions = nil

	if page := w.Get("/jobs", "Accept", "text/html"); !strings.Contains(page.Body, "Carried out without a second person") || !strings.Contains(page.Body, path) {
		t.Error("another page does not tell of it")
	}

	w.Advance(approvals.BannerFor + time.Minute)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if page := w.Get("/jobs", "Accept", "text/html"); strings.Contains(page.Body, "pproval") {
		t.Error("another page still speaks of it after a day")
	}
}
