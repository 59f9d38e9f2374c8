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
			{"message", func(d *maintenance.Draft) { d.Message = strings.Repeat("ä", 2001) }},
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
			t.Errorf("got %+v, %v", page, err)
		}

		if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.WindowAnnounce, Outcome: audit.Refused}); err != nil || n != 32 {
			t.Errorf("%d refusals were logged, %v", n, err)
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
		t.Errorf("got %v", err)
	}

	// Lowering a limit much has to be confirmed, also without maintenance mode.
	draft = patching()
	draft.MaintenanceMode, draft.Confirm = false, ""
	draft.Settings = maintenance.Settings{ops.SectionConcurrency: {"per_analyst": int64(1)}}

	_, err = w.Announce(t.Context(), w.line, dave, draft)
	if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.confirm" {
		t.Errorf("got %v", err)
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
	if got.Phase != maintenance.Held || !strings.Contains(got.Note, "instance.default_ttl") {
		t.Fatalf("got %+v", got)
	}

	// Users are not kept out until somebody comes.
	if p := w.platform(t); p.maintenance.Enabled || p.concurrency.PerAnalyst == 3 {
		t.Errorf("it is held, and the platform is %+v", p)
	}

	got, err = w.Cancel(t.Context(), w.line, olga, window.ID, act("it does not fit any more"), maintenance.This)
	if err != nil || got.Phase != maintenance.Cancelled || w.platform(t).maintenance.Enabled {
		t.Errorf("got %+v, %v", got, err)
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
			t.Fatalf("got %+v", got)
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
			t.Errorf("got %+v", got)
		}
	})
}

func TestTemplatesAreKeptAndUsed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		template := maintenance.Template{
			Name: "Monthly patching", Plan: patching().Plan, LengthSeconds: 7200, TimeZone: "Europe/Berlin", Recurrence: "FREQ=MONTHLY;BYDAY=1TU",
		}

		kept, err := w.SaveTemplate(t.Context(), dave, template, "we do it every month")
		if err != nil || kept.ID == 0 || kept.CreatedBy != "dave" {
			t.Fatalf("got %+v, %v", kept, err)
		}

		template.LengthSeconds = 3600
		if kept, err = w.SaveTemplate(t.Context(), olga, template, "an hour is enough"); err != nil {
			t.Fatal(err)
		}

		list, err := w.Templates(t.Context())
		if err != nil || len(list) != 1 || list[0].Length() != time.Hour || list[0].CreatedBy != "olga" || list[0].Title != "Monthly patching" {
			t.Fatalf("got %+v, %v", list, err)
		}

		draft := list[0].Draft(first())
		draft.Reason, draft.Confirm = "patches of the month", "test"

		if window := w.announce(t, draft); window.Length() != time.Hour || window.Words() != "on the first Tuesday of every month at 22:00 Europe/Berlin" {
			t.Errorf("got %+v", window)
		}

		if err := w.DeleteTemplate(t.Context(), olga, kept.ID, "nobody needs it"); err != nil {
			t.Fatal(err)
		}

		_, err = w.Template(t.Context(), kept.ID)
		refused(t, err, ops.CodeNotFound)
		refused(t, w.DeleteTemplate(t.Context(), olga, kept.ID, "nobody needs it"), ops.CodeNotFound)

		for _, spoil := range []func(tm *maintenance.Template){
			func(tm *maintenance.Template) { tm.Name = " " },
			func(tm *maintenance.Template) { tm.Title = "" },
			func(tm *maintenance.Template) { tm.LengthSeconds = 0 },
			func(tm *maintenance.Template) { tm.TimeZone = "Mars" },
			func(tm *maintenance.Template) { tm.Recurrence = "now and then" },
		} {
			bad := template
			spoil(&bad)

			if _, err := w.SaveTemplate(t.Context(), dave, bad, "we do it every month"); len(ops.FieldErrors(err)) != 1 {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestWindowsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for n := range 7 {
			draft := patching()
			draft.StartsAt = seed.Add(time.Duration(n+1) * time.Hour)
			draft.EndsAt = draft.StartsAt.Add(time.Hour)
			draft.Title = []string{"Even 100%", "Odd_one"}[n%2]

			if n == 6 {
				draft.Message = "Eine Übung"
			}

			w.announce(t, draft)
		}

		var got []int64

		filter := maintenance.Filter{Limit: 3}

		for pages := 1; ; pages++ {
			page, err := w.List(t.Context(), filter)
			if err != nil {
				t.Fatal(err)
			}

			for _, window := range page.Items {
				got = append(got, window.ID)
			}

			if filter.Cursor = page.Next; page.Next == "" {
				if pages != 3 {
					t.Errorf("%d pages", pages)
				}

				break
			}
		}

		if !slices.Equal(got, []int64{7, 6, 5, 4, 3, 2, 1}) {
			t.Errorf("got %v", got)
		}

		for want, filter := range map[int]maintenance.Filter{
			4: {Text: "EVEN 100%"},
			3: {Text: "odd_"},
			1: {Text: "Übung"}, // as it is typed: not every database lowers it
			0: {Text: "100_"},
			2: {From: seed.Add(3 * time.Hour), Until: seed.Add(5 * time.Hour)},
			7: {Phases: []maintenance.Phase{maintenance.Announced, maintenance.Held}, Actor: "dave"},
		} {
			if n, err := w.Count(t.Context(), filter); err != nil || n != want {
				t.Errorf("%+v: got %d, %v", filter, n, err)
			}
		}

		_, err := w.List(t.Context(), maintenance.Filter{Cursor: "yesterday"})
		refused(t, err, ops.CodeValidationFailed)
		_, err = w.Get(t.Context(), 99)
		refused(t, err, ops.CodeNotFound)
	})
}

func TestUsersAreToldOfWhatIsAndWhatWasForAWhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		version := func() int64 {
			v, err := w.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			return v
		}
		before := version()
		window := w.announce(t, patching())

		if version() <= before {
			t.Error("an announcement leaves the version as it was")
		}

		w.at(t, time.Hour)
		w.at(t, 3*time.Hour)

		before = version()

		w.at(t, 4*time.Hour)

		if version() != before {
			t.Error("nothing happened, and there is another version")
		}

		for days, want := range map[int]int{89: 1, 91: 0} {
			w.clock.set(seed.AddDate(0, 0, days))

			if list, err := w.Published(t.Context()); err != nil || len(list) != want {
				t.Errorf("after %d days: %+v, %v", days, list, err)
			}
		}

		if events, err := w.EventsOf(t.Context(), window.ID); err != nil || len(events) != 3 || events[1].Window.Phase != maintenance.Active ||
			events[2].Window.Report == nil || events[2].Actor != "schedule (for dave)" {
			t.Errorf("got %+v, %v", events, err)
		}
	})
}

// TestATickWithNothingDueIsOneQueryOverAnIndex looks at how the databases go about it.
func TestATickWithNothingDueIsOneQueryOverAnIndex(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	w.announce(t, patching())

	rows, err := w.db.Read().QueryContext(t.Context(), `EXPLAIN QUERY PLAN
		SELECT id, revision FROM opsconsole_windows WHERE due_at <= '2026' AND (next_try_at IS NULL OR next_try_at <= '2026' OR next_try_at > '2027')
		ORDER BY due_at, id LIMIT 50`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	plan := ""

	for rows.Next() {
		var (
			id, parent, unused int
			step               string
		)

		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}

		plan += step + "\n"
	}

	if !strings.Contains(plan, "USING INDEX opsconsole_windows_due (due_at<?)") || rows.Err() != nil {
		t.Errorf("got %s", plan)
	}

	calls := w.line.calls
	w.tick(t)

	if w.line.calls != calls {
		t.Error("a tick with nothing due asked the control plane")
	}
}
