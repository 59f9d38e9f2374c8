package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// quiet is a world whose windows silence alerts in an Alertmanager.
type quiet struct {
	*world

	server *alertmanagertest.Double
}

func newQuiet(t *testing.T, w *world) *quiet {
	t.Helper()

	q := &quiet{world: w, server: alertmanagertest.NewDouble(t, w.clock.Now)}
	w.Alerts = q.alerts()

	return q
}

func (q *quiet) alerts() maintenance.Alerts {
	return maintenance.Alerts{
		Silencer:    alertmanager.New(alertmanager.Config{URL: q.server.URL, Now: q.clock.Now}),
		Environment: "test", Matchers: []string{`namespace="graph"`},
	}
}

// again is another console on the same database, as a replica or after a crash.
func (q *quiet) again() {
	q.begin()
	q.Alerts = q.alerts()
}

// at goes on to a moment after the beginning, second by second for the last few, as a console does.
func (q *quiet) at(t *testing.T, d time.Duration) {
	t.Helper()

	for second := range 8 {
		q.clock.Set(seed.Add(d + time.Duration(second)*time.Second))
		q.tick(t)

		if err := q.KeepSilences(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// wants has so many silences be active, and returns them.
func (q *quiet) wants(t *testing.T, n int) []alertmanagertest.Silence {
	t.Helper()

	found := q.server.Silences(false)
	if len(found) != n {
		t.Fatalf("there are %+v, want %d", found, n)
	}

	return found
}

// news are what the audit log has of silences, oldest first.
func (q *quiet) news(t *testing.T) (out []string) {
	t.Helper()

	page, err := q.log.List(t.Context(), audit.Filter{Action: audit.WindowSilence, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}

	for _, e := range page.Items {
		out = append([]string{string(e.Outcome) + " " + e.Message}, out...)
	}

	return out
}

func quietly(t *testing.T, fn func(t *testing.T, q *quiet)) {
	t.Helper()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		fn(t, newQuiet(t, w))
	})
}

func TestAlertsAreSilencedWhileAWindowRuns(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		draft := patching()
		draft.AlertMatchers = []string{"severity =~ warning|info, namespace=graph"}
		window := q.announce(t, draft)

		if got := strings.Join(window.AlertMatchers, " "); got != `severity=~"warning|info" namespace="graph"` || window.Silence != nil {
			t.Errorf("it is to silence %s, and has %+v; want the two matchers, and nothing yet", got, window.Silence)
		}

		q.at(t, 59*time.Minute)
		q.wants(t, 0)
		q.at(t, time.Hour)

		one := q.wants(t, 1)[0]
		if !one.EndsAt.Equal(window.EndsAt) || !strings.Contains(one.Comment, "Maintenance window 1 of test: Monthly patching.") {
			t.Errorf("it is %+v, want it until %s, and the window's name", one, window.EndsAt)
		}

		if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceActive || got.IDs[0] != one.ID || got.Problem != "" ||
			!got.EndsAt.Equal(window.EndsAt) || got.ActiveSince.IsZero() {
			t.Errorf("the window says %+v, want %s, active", got, one.ID)
		}

		if _, err := q.Extend(t.Context(), dave, window.ID, act("it takes longer"), seed.Add(4*time.Hour)); err != nil {
			t.Fatal(err)
		}

		q.at(t, 2*time.Hour)

		if longer := q.wants(t, 1)[0]; longer.ID != one.ID || !longer.EndsAt.Equal(seed.Add(4*time.Hour)) {
			t.Errorf("extended it is %+v, want it until 16:00 under the same id", longer)
		}

		q.at(t, 4*time.Hour)
		q.wants(t, 0)

		if got := q.get(t, window.ID); got.Phase != maintenance.Completed || got.Silence.State != maintenance.SilenceGone || got.Silence.GoneAt == nil {
			t.Errorf("in the end it is %s with %+v, want completed and gone", got.Phase, got.Silence)
		}

		if got := strings.Join(q.news(t), "\n"); !strings.HasPrefix(got, "done Alerts are silenced: severity=~\"warning|info\", namespace=\"graph\".") ||
			!strings.HasSuffix(got, "\ndone No silence of the window is active now.") || strings.Count(got, "\n") != 1 {
			t.Errorf("the audit log has\n%s\nwant the beginning and the end", got)
		}

		q.verifyAudit(t)
	})
}

// TestNothingElseIsSilenced: neither a window that names no alerts, nor one that does not run.
func TestNothingElseIsSilenced(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		draft := patching()
		draft.AlertMatchers = []string{}
		q.announce(t, draft)
		q.at(t, 2*time.Hour)
		q.wants(t, 0)
		q.at(t, 3*time.Hour)

		draft = patching()
		draft.StartsAt, draft.EndsAt = seed.Add(5*time.Hour), seed.Add(6*time.Hour)
		cancelled := q.announce(t, draft)

		if strings.Join(cancelled.AlertMatchers, " ") != `namespace="graph"` {
			t.Errorf("it is to silence %s, want the default", cancelled.AlertMatchers)
		}

		if _, err := q.Cancel(t.Context(), q.line, dave, cancelled.ID, act("not today"), maintenance.This); err != nil {
			t.Fatal(err)
		}

		q.at(t, 5*time.Hour+time.Minute)

		if len(q.server.Silences(true))+len(q.server.Silences(false)) > 0 || q.server.Asked() > 0 {
			t.Errorf("Alertmanager was asked %d times, want never", q.server.Asked())
		}
	})
}

func TestAnOverrunStaysSilentAndAnEarlyEndDoesNot(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		late := q.announce(t, patching())
		q.at(t, time.Hour)
		id := q.wants(t, 1)[0].ID
		q.line.feel(ops.Unhealthy)

		for minutes := 179; minutes < 200; minutes++ {
			q.at(t, time.Duration(minutes)*time.Minute)

			if one := q.wants(t, 1)[0]; one.ID != id || one.EndsAt.Before(q.clock.Now().Add(50*time.Second)) ||
				one.EndsAt.After(q.clock.Now().Add(6*time.Minute)) {
				t.Fatalf("at %s it is %+v, want it to end a few minutes later", q.clock.Now(), one)
			}
		}

		q.line.feel(ops.Healthy)
		q.at(t, 200*time.Minute)
		q.wants(t, 0)

		if got := q.get(t, late.ID); got.Silence.State != maintenance.SilenceGone {
			t.Errorf("it is %+v, want gone", got.Silence)
		}

		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(5*time.Hour), seed.Add(10*time.Hour)
		early := q.announce(t, draft)
		q.at(t, 5*time.Hour)
		q.wants(t, 1)

		if _, err := q.End(t.Context(), q.line, dave, early.ID, act("done already")); err != nil {
			t.Fatal(err)
		}

		q.at(t, 6*time.Hour)
		q.wants(t, 0)
	})
}
