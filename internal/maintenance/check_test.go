package maintenance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWhatCannotBeMeantIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for _, test := range []struct {
			fields string
			spoil  func(d *maintenance.Draft)
		}{
			{"title", func(d *maintenance.Draft) { d.Title = "  " }},
			{"title", func(d *maintenance.Draft) { d.Title = strings.Repeat("ä", 121) }},
			{"title", func(d *maintenance.Draft) { d.Title = "two\nlines" }},
			{"message", func(d *maintenance.Draft) { d.Message = "" }},
			{"message", func(d *maintenance.Draft) { d.Message = strings.Repeat("ä", ops.MessageMax+1) }},
			{"title", func(d *maintenance.Draft) { d.Title = "two\u2028lines" }},
			{"title", func(d *maintenance.Draft) { d.Title = "a\x1b[31m" }},
			{"message", func(d *maintenance.Draft) { d.Message = "a\x00b" }},
			{"message", func(d *maintenance.Draft) { d.Message = "a\x1b[31mb" }},
			{"message", func(d *maintenance.Draft) { d.Message = "a\xffb" }},
			{"starts_at", func(d *maintenance.Draft) { d.StartsAt = seed.Add(-2 * time.Minute) }},
			{"ends_at", func(d *maintenance.Draft) { d.EndsAt = time.Time{} }},
			{"ends_at", func(d *maintenance.Draft) { d.EndsAt = d.StartsAt }},
			{"ends_at", func(d *maintenance.Draft) { d.EndsAt = d.StartsAt.Add(-time.Hour) }},
			{"ends_at", func(d *maintenance.Draft) { d.EndsAt = d.StartsAt.AddDate(0, 0, 91) }},
			{"starts_at", func(d *maintenance.Draft) {
				d.StartsAt = seed.AddDate(3, 0, 0)
				d.EndsAt = d.StartsAt.Add(time.Hour)
			}},
			{"time_zone", func(d *maintenance.Draft) { d.TimeZone = "Berlin" }},
			{"time_zone", func(d *maintenance.Draft) { d.TimeZone = "Local" }},
			{"reason", func(d *maintenance.Draft) { d.Reason = "because" }},
			{"reason", func(d *maintenance.Draft) { d.Reason = strings.Repeat("no reason ", 51) }},
			{"confirm", func(d *maintenance.Draft) { d.Confirm = "production" }},
			{"settings.concurrency.per_analyst", func(d *maintenance.Draft) {
				d.Settings = maintenance.Settings{ops.SectionConcurrency: {"per_analyst": int64(0)}}
			}},
			{"settings.concurrency.per_analist", func(d *maintenance.Draft) {
				d.Settings = maintenance.Settings{ops.SectionConcurrency: {"per_analist": int64(3)}}
			}},
			{"settings.lifecycle.instance.default_ttl", func(d *maintenance.Draft) {
				d.Settings = maintenance.Settings{ops.SectionLifecycle: {"instance.default_ttl": "a while"}}
			}},
			{"settings.weather", func(d *maintenance.Draft) { d.Settings = maintenance.Settings{"weather": {"sun": true}} }},
			{"settings.maintenance", func(d *maintenance.Draft) {
				d.Settings = maintenance.Settings{ops.SectionMaintenance: {"enabled": true}}
			}},
			{"recurrence", func(d *maintenance.Draft) { d.Recurrence = "every Tuesday" }},
			{"recurrence", func(d *maintenance.Draft) { d.Recurrence = "FREQ=DAILY;UNTIL=20200101" }},
			{"starts_at", func(d *maintenance.Draft) { d.Recurrence = "FREQ=WEEKLY;BYDAY=TU" }}, // it is a Sunday
			{"recurrence", func(d *maintenance.Draft) {
				d.EndsAt = d.StartsAt.Add(25 * time.Hour)
				d.Recurrence = "FREQ=DAILY"
			}},
			{"ends_at recurrence", func(d *maintenance.Draft) { d.EndsAt, d.Recurrence = time.Time{}, "every Tuesday" }},
			{"message reason title", func(d *maintenance.Draft) { d.Title, d.Message, d.Reason = "", "", "" }},
		} {
			draft := patching()
			test.spoil(&draft)

			_, err := w.Announce(t.Context(), w.line, dave, draft)

			var fields []string
			for _, f := range ops.FieldErrors(err) {
				fields = append(fields, strings.TrimPrefix(f.Field, "body."))
			}

			slices.Sort(fields)

			if got := strings.Join(fields, " "); got != test.fields {
				t.Errorf("want %s, got %v", test.fields, err)
			}
		}

		if page, err := w.List(t.Context(), maintenance.Filter{}); err != nil || len(page.Items) != 0 || w.kinds(t) != "" {
			t.Errorf("got %+v, %v and events %q; want no window and no event", page, err, w.kinds(t))
		}

		if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.WindowAnnounce, Outcome: audit.Refused}); err != nil || n != 32 {
			t.Errorf("%d refusals were logged, %v; want 32", n, err)
		}
	})
}

func TestSettingsAreCheckedAgainstWhatIsSet(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	w.look(t)

	draft := patching()
	draft.Settings = maintenance.Settings{ops.SectionLifecycle: {"instance.default_ttl": "30 days"}} // above the longest, a week

	_, err := w.Announce(t.Context(), w.line, dave, draft)
	if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.settings.lifecycle.instance.default_ttl" {
		t.Errorf("got %v, want body.settings.lifecycle.instance.default_ttl refused alone", err)
	}

	// Lowering a limit much has to be confirmed, also without maintenance mode.
	draft = patching()
	draft.MaintenanceMode, draft.Confirm = false, ""
	draft.Settings = maintenance.Settings{ops.SectionConcurrency: {"per_analyst": int64(1)}}

	_, err = w.Announce(t.Context(), w.line, dave, draft)
	if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.confirm" {
		t.Errorf("got %v, want body.confirm refused alone", err)
	}
}

func TestSettingsThatCannotBeAppliedAnyMoreHoldTheWindow(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())

	// Somebody lowers the longest time to live below the window's default.
	longest := "PT6H"
	ttl := "PT5H"

	_, err := w.plain.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{
		Instance: &ops.LifecycleRuleUpdate{DefaultTTL: &ttl, MaxTTL: &longest},
	})
	if err != nil {
		t.Fatal(err)
	}

	w.at(t, time.Hour)

	got := w.get(t, window.ID)
	if got.Phase != maintenance.Held || !strings.Contains(got.Note, "Instance time to live") {
		t.Fatalf("got %+v, want held, with Instance time to live in the note", got)
	}

	// Users are not kept out until somebody comes.
	if p := w.platform(t); p.maintenance.Enabled || p.concurrency.PerAnalyst == 3 {
		t.Errorf("it is held, and the platform is %+v, want maintenance mode off and per_analyst not 3", p)
	}

	got, err = w.Cancel(t.Context(), w.line, olga, window.ID, act("it does not fit any more"), maintenance.This)
	if err != nil || got.Phase != maintenance.Cancelled || w.platform(t).maintenance.Enabled {
		t.Errorf("got %+v, %v; want cancelled and maintenance mode off", got, err)
	}
}

func TestAWindowThatWasGivenUpIsChangedAndStartsWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())

		n := 0

		w.line.fail(func(write bool) error {
			if write {
				n++
			}

			if write && n == 2 { // maintenance mode is on by then
				return refusing()
			}

			return nil
		}, nil)
		w.at(t, time.Hour)

		got := w.get(t, window.ID)
		if p := w.platform(t); got.Phase != maintenance.Held || p.maintenance.Enabled {
			t.Fatalf("got %+v on %+v, want held and maintenance mode off", got, p)
		}

		settings := maintenance.Settings{ops.SectionConcurrency: {"per_analyst": int64(4)}}

		got, err := w.Update(t.Context(), w.line, olga, window.ID, maintenance.Edit{
			Revision: got.Revision, Settings: &settings, Reason: "settings that go", Confirm: "test",
		})
		if err != nil {
			t.Fatal(err)
		}

		if p := w.platform(t); got.Phase != maintenance.Active || !p.maintenance.Enabled {
			t.Fatalf("%+v is not started whole: %+v", got, p)
		}

		w.at(t, 3*time.Hour)

		if got = w.get(t, window.ID); got.Phase != maintenance.Completed || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v, want completed, restored and the settings as before", got)
		}
	})
}

// firstTuesday is a Tuesday, ten in the evening in Berlin.
func firstTuesday() time.Time { return time.Date(2026, 3, 3, 21, 0, 0, 0, time.UTC) }
