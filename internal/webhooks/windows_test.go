package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// windows are real ones over a real control plane, whose events the world hears.
func (w *world) windows() (*maintenance.Windows, ops.Service) {
	w.t.Helper()

	logger := slog.New(slog.DiscardHandler)

	return maintenance.New(maintenance.Config{
		DB: w.DB, Audit: w.log, Now: w.clock.Now, Logger: logger, Outbox: w.Webhooks,
		Changes:        changes.New(w.DB, w.log, w.clock.Now, logger, changes.Policy{Environment: "demo"}),
		AuthorStillOps: func(context.Context, string) (bool, error) { return true, nil },
	}), worldtest.ControlPlane(w.t, controlplane.Config{DB: w.DB, Now: w.clock.Now}).As(ops.Caller{Username: "dave", Role: ops.RoleOps})
}

// TestLifeOfAWindow lets real windows live, and looks at what a receiver is told of them.
func TestLifeOfAWindow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := newReceiver(t)
		w.trust(r)
		w.create(webhooks.Generic, r.url)

		windows, service := w.windows()

		must := func(_ maintenance.Window, err error) {
			t.Helper()

			if err != nil {
				t.Fatal(err)
			}

			for _, id := range w.jobs.take() {
				w.deliver(id)
			}
		}
		at := func(d time.Duration) {
			t.Helper()
			w.clock.Set(noon.Add(d))
			must(maintenance.Window{}, windows.Tick(t.Context(), service))
		}

		draft := maintenance.Draft{
			Plan:     maintenance.Plan{Title: "Patching", Message: "Save your work.", MaintenanceMode: true},
			StartsAt: noon.Add(time.Hour), EndsAt: noon.Add(2 * time.Hour), TimeZone: "UTC", Reason: "patches of the month", Confirm: "demo",
		}
		act := maintenance.Act{Reason: "needs a little longer"}

		must(windows.Announce(t.Context(), service, dave, draft))
		at(61 * time.Minute)
		must(windows.Extend(t.Context(), dave, 1, act, noon.Add(3*time.Hour)))
		at(181 * time.Minute)
		at(182 * time.Minute)

		draft.StartsAt, draft.EndsAt = noon.Add(24*time.Hour), noon.Add(25*time.Hour)
		must(windows.Announce(t.Context(), service, dave, draft))
		must(windows.Cancel(t.Context(), service, dave, 2, act, maintenance.This))

		var told []string

		for _, got := range r.got() {
			var body struct {
				Event  string `json:"event"`
				Window struct {
					Phase    string `json:"phase"`
					Sequence int    `json:"sequence"`
				} `json:"window"`
			}
			if err := json.Unmarshal([]byte(got.body), &body); err != nil {
				t.Fatal(err)
			}

			told = append(told, fmt.Sprintf("%s: %s %d", body.Event, body.Window.Phase, body.Window.Sequence))
		}

		want := []string{
			"announced: announced 0", "started: active 1", "extended: active 2", "ended: completed 3",
			"announced: announced 0", "cancelled: cancelled 1",
		}
		if !slices.Equal(told, want) {
			t.Errorf("it is told %q, want %q", told, want)
		}
	})
}
