package maintenance_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// TestASilenceThatWasNeverSeen, since no answer came while the window ran, is looked for as long as
// it may last all the same.
func TestASilenceThatWasNeverSeen(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		window, made := q.announce(t, patching()), false
		q.server.Break(func(r *http.Request) (int, bool) {
			if made {
				return http.StatusBadGateway, false
			}

			if made = r.Method == http.MethodPost; made {
				return 0, true
			}

			return 0, false
		})
		q.at(t, time.Hour)
		q.wants(t, 1)
		q.server.Stop()

		if _, err := q.End(t.Context(), q.line, dave, window.ID, act("done already")); err != nil {
			t.Fatal(err)
		}

		q.server.Break(nil)
		q.at(t, 62*time.Minute)
		q.wants(t, 0)
		q.at(t, 64*time.Minute)
		q.server.Kill()
		q.wants(t, 1)
		q.at(t, 70*time.Minute)
		q.wants(t, 0)
	})
}

// TestTwoAlertmanagersThatDoNotKnowEachOther, behind one address: each gets a silence, and the audit
// log is not told of every look.
func TestTwoAlertmanagersThatDoNotKnowEachOther(t *testing.T) {
	t.Parallel()

	q := newQuiet(t, onSQLite(t))
	other := alertmanagertest.NewDouble(t, q.clock.Now)
	client := alertmanager.New(alertmanager.Config{URL: other.URL, Now: q.clock.Now})
	q.Alerts.Silencer = &turns{q.Alerts.Silencer, client}
	window := q.announce(t, patching())

	// Their ids differ from here on.
	until := q.clock.Now().Add(time.Minute)
	if _, err := client.Keep(t.Context(), alertmanager.Order{Mark: "[another]", Least: until, Until: until, Matchers: q.matchers(t, window)}); err != nil {
		t.Fatal(err)
	}

	for minutes := 60; minutes < 180; minutes += 5 {
		q.at(t, time.Duration(minutes)*time.Minute)
	}

	q.wants(t, 1)

	if news := q.news(t); len(news) != 2 || !strings.HasPrefix(news[1], "done The silence is ") || len(other.Silences(false)) != 1 {
		t.Errorf("the audit log has %q, want the first silence and the second, and both there", news)
	}

	for minutes := 180; minutes < 184; minutes++ {
		q.at(t, time.Duration(minutes)*time.Minute)
	}

	if left := append(q.server.Silences(false), other.Silences(false)...); len(left) > 0 {
		t.Errorf("there are %+v, want none of either", left)
	}
}

func (q *quiet) matchers(t *testing.T, w maintenance.Window) []alertmanager.Matcher {
	t.Helper()

	matchers, err := alertmanager.ParseMatchers(w.AlertMatchers...)
	if err != nil {
		t.Fatal(err)
	}

	return matchers
}

// turns asks now the one, now the other.
type turns struct {
	maintenance.Silencer

	other maintenance.Silencer
}

func (t *turns) turn() { t.Silencer, t.other = t.other, t.Silencer }

func (t *turns) Keep(ctx context.Context, order alertmanager.Order) (alertmanager.Result, error) {
	defer t.turn()

	return t.Silencer.Keep(ctx, order)
}

func (t *turns) End(ctx context.Context, mark string, ids []string) (alertmanager.Result, error) {
	defer t.turn()

	return t.Silencer.End(ctx, mark, ids)
}

// TestATitleThatWasCopiedFromASilence has no mark in it, by which the silence would be another window's.
func TestATitleThatWasCopiedFromASilence(t *testing.T) {
	t.Parallel()

	// Also where taking one away would leave one.
	for _, mark := range []string{"[opsconsole:", "[opsconsole:opsconsole:", "[[opsconsole:opsconsole:"} {
		t.Run(mark, func(t *testing.T) {
			t.Parallel()
			checkCopiedMark(t, mark)
		})
	}
}

func checkCopiedMark(t *testing.T, mark string) {
	t.Helper()

	q := newQuiet(t, onSQLite(t))
	first := q.announce(t, patching())
	q.at(t, time.Hour)

	if _, err := q.End(t.Context(), q.line, dave, first.ID, act("done already")); err != nil {
		t.Fatal(err)
	}

	q.at(t, 61*time.Minute)

	draft := patching()
	draft.Title = "Patching again " + mark + first.UID + "]"
	draft.StartsAt, draft.EndsAt = seed.Add(70*time.Minute), seed.Add(80*time.Minute)
	again := q.announce(t, draft)

	for minutes := 70; minutes < 75; minutes++ {
		q.at(t, time.Duration(minutes)*time.Minute)
		q.wants(t, 1)
	}

	if got := q.get(t, again.ID).Silence; got.State != maintenance.SilenceActive || len(got.IDs) != 1 {
		t.Errorf("it is %+v, want the one silence, active", got)
	}
}

// TestTheWindowThatRunsIsAskedForFirst: those that are over, and take long, do not keep it waiting.
func TestTheWindowThatRunsIsAskedForFirst(t *testing.T) {
	t.Parallel()

	q := newQuiet(t, onSQLite(t))
	asked := &order{Silencer: q.Alerts.Silencer}
	q.Alerts.Silencer = asked

	first := q.announce(t, patching())
	draft := patching()
	draft.StartsAt, draft.EndsAt = seed.Add(4*time.Hour), seed.Add(5*time.Hour)
	second := q.announce(t, draft)

	q.at(t, time.Hour)
	q.server.Break(func(*http.Request) (int, bool) { return http.StatusBadGateway, false })
	q.at(t, 3*time.Hour)

	asked.marks = nil

	q.at(t, 4*time.Hour)

	if len(asked.marks) < 2 || !strings.Contains(asked.marks[0], second.UID) || !strings.Contains(asked.marks[1], first.UID) {
		t.Errorf("asked for %q, want window %d before window %d", asked.marks, second.ID, first.ID)
	}
}

// order notes for whose silences Alertmanager is asked.
type order struct {
	maintenance.Silencer

	marks []string
}

func (o *order) Keep(ctx context.Context, wanted alertmanager.Order) (alertmanager.Result, error) {
	o.marks = append(o.marks, wanted.Mark)

	return o.Silencer.Keep(ctx, wanted)
}

func (o *order) End(ctx context.Context, mark string, ids []string) (alertmanager.Result, error) {
	o.marks = append(o.marks, mark)

	return o.Silencer.End(ctx, mark, ids)
}

// TestOfASilenceThatIsGone no failure is news, which the window says all the same.
func TestOfASilenceThatIsGone(t *testing.T) {
	t.Parallel()

	q := newQuiet(t, onSQLite(t))
	window := q.announce(t, patching())
	q.at(t, time.Hour)

	if _, err := q.End(t.Context(), q.line, dave, window.ID, act("done already")); err != nil {
		t.Fatal(err)
	}

	q.at(t, 62*time.Minute)

	for minutes := 64; minutes < 74; minutes += 4 {
		q.server.Break(func(*http.Request) (int, bool) { return http.StatusBadGateway, false })
		q.at(t, time.Duration(minutes)*time.Minute)

		if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceGone || got.Problem == "" {
			t.Errorf("it is %+v, want gone, and that nobody answers", got)
		}

		q.server.Break(nil)
		q.at(t, time.Duration(minutes+2)*time.Minute)
	}

	if news := q.news(t); len(news) != 2 {
		t.Errorf("the audit log has %q, want the beginning and the end", news)
	}
}
