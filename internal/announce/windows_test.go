package announce_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var dave = audit.Actor{Username: "dave", Role: "ops"}

// platform is windows over a real control plane, with the world's clock.
func platform(t *testing.T, db *store.DB, now func() time.Time) (*maintenance.Windows, ops.Service) {
	t.Helper()

	logger := slog.New(slog.DiscardHandler)

	log := audit.New(db, now)

	return maintenance.New(maintenance.Config{
		DB: db, Audit: log, Now: now, Logger: logger,
		Changes:        changes.New(db, log, now, logger, changes.Policy{Environment: "demo"}),
		AuthorStillOps: func(context.Context, string) (bool, error) { return true, nil },
	}), worldtest.ControlPlane(t, controlplane.Config{DB: db, Now: now}).As(ops.Caller{Username: "dave", Role: ops.RoleOps})
}

// TestLifeOfAWindow follows real windows through what users see of them.
func TestLifeOfAWindow(t *testing.T) {
	t.Parallel()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld()
		windows, service := platform(t, db, w.Now)
		f := w.feeds(func(c *announce.Config) { c.Windows = windows })

		if v := view(t, f); len(v.Current)+len(v.Upcoming)+len(v.Past) > 0 {
			t.Errorf("an empty platform announces %+v, want nothing", v)
		}

		// at sees the world some minutes after noon.
		at := func(minutes int) announce.Announcements {
			w.set(func(w *world) { w.now = noon.Add(time.Duration(minutes) * time.Minute) })

			if err := windows.Tick(t.Context(), service); err != nil {
				t.Fatal(err)
			}

			return view(t, f)
		}

		draft := maintenance.Draft{
			Plan:     maintenance.Plan{Title: "Patching", Message: "Save **your** work.", MaintenanceMode: true},
			StartsAt: noon.Add(time.Hour), EndsAt: noon.Add(2 * time.Hour), TimeZone: "Europe/Berlin",
			Reason: "patches of the month", Confirm: "demo",
		}

		window, err := windows.Announce(t.Context(), service, dave, draft)
		if err != nil {
			t.Fatal(err)
		}

		v := at(1)
		if len(v.Upcoming) != 1 || v.Upcoming[0].MessageHTML != "<p>Save <strong>your</strong> work.</p>" {
			t.Fatalf("when it was announced there is %+v, want one window to come, with the message as HTML", v)
		}

		first := event(t, f, window.UID)

		if v = at(61); len(v.Current) != 1 || v.Current[0].Label != "Under way" || v.Current[0].StartedAt == nil {
			t.Fatalf("when it has begun there is %+v, want one window under way, with the time it started", v)
		}

		act := maintenance.Act{Reason: "needs a little longer"}
		if _, err := windows.Extend(t.Context(), dave, window.ID, act, noon.Add(3*time.Hour)); err != nil {
			t.Fatal(err)
		}

		if v = at(121); len(v.Current) != 1 || !v.Current[0].EndsAt.Equal(noon.Add(3*time.Hour)) {
			t.Fatalf("when it was extended there is %+v, want one window until %s", v, noon.Add(3*time.Hour))
		}

		extended := event(t, f, window.UID)
		if a, b := sequence(t, first), sequence(t, extended); b <= a {
			t.Errorf("the sequence went from %d to %d, want a higher one", a, b)
		}

		if got := moment(t, extended, ical.PropDateTimeEnd); !got.Equal(noon.Add(3 * time.Hour)) {
			t.Errorf("in calendars it ends at %s, want %s", got, noon.Add(3*time.Hour))
		}

		at(181)

		if v = at(182); len(v.Past) != 1 || v.Past[0].Phase != maintenance.Completed || v.Past[0].EndedAt == nil {
			t.Fatalf("when it is over there is %+v, want one window completed, with the time it ended", v)
		}

		draft.StartsAt, draft.EndsAt = noon.Add(24*time.Hour), noon.Add(25*time.Hour)

		second, err := windows.Announce(t.Context(), service, dave, draft)
		if err != nil {
			t.Fatal(err)
		}

		if _, err := windows.Cancel(t.Context(), service, dave, second.ID, act, maintenance.This); err != nil {
			t.Fatal(err)
		}

		at(183)

		if got := value(t, event(t, f, second.UID), ical.PropStatus); got != "CANCELLED" {
			t.Errorf("in calendars the cancelled window is %s, want CANCELLED", got)
		}

		if v = at(91 * 24 * 60); len(v.Past) != 0 {
			t.Errorf("91 days later there is still %+v", v.Past)
		}
	})
}

func event(t *testing.T, f *announce.Feeds, uid string) *ical.Component {
	t.Helper()

	_, byUID := events(t, get(t, f, announce.CalendarPath).Body.Bytes())
	if byUID[uid] == nil {
		t.Fatalf("%s is not in the calendar", uid)
	}

	return byUID[uid]
}

func sequence(t *testing.T, e *ical.Component) int {
	t.Helper()

	n, err := e.Props.Get(ical.PropSequence).Int()
	if err != nil {
		t.Fatal(err)
	}

	return n
}
