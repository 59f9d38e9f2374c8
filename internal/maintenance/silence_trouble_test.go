package maintenance_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAnAlertmanagerThatFailsIsInNobodysWay: the window starts and ends, says what is wrong, and
// has its alerts silenced, and heard again, once Alertmanager answers.
func TestAnAlertmanagerThatFailsIsInNobodysWay(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		refuse := func(*http.Request) (int, bool) { return http.StatusUnauthorized, false }
		window := q.announce(t, patching())

		q.server.Break(refuse)

		for minutes := 60; minutes < 64; minutes++ {
			q.at(t, time.Duration(minutes)*time.Minute)
		}

		if got := q.get(t, window.ID); got.Phase != maintenance.Active || got.Overdue || got.Silence.State != maintenance.SilenceStarting ||
			!strings.Contains(got.Silence.Problem, "401") {
			t.Errorf("it is %s with %+v, want active, not silenced, and 401 as the reason", got.Phase, got.Silence)
		}

		q.server.Break(nil)
		q.at(t, 65*time.Minute)
		q.wants(t, 1)

		if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceActive || got.Problem != "" {
			t.Errorf("it is %+v, want active without a problem", got)
		}

		q.server.Break(refuse)

		for minutes := 180; minutes < 190; minutes++ {
			q.at(t, time.Duration(minutes)*time.Minute)
		}

		if got := q.get(t, window.ID); got.Phase != maintenance.Completed || got.Silence.State != maintenance.SilenceEnding || got.Silence.Problem == "" {
			t.Errorf("it is %s with %+v, want completed, and the silence not known to be gone", got.Phase, got.Silence)
		}

		q.server.Break(nil)
		q.at(t, 191*time.Minute)
		q.wants(t, 0)

		if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceGone || got.Problem != "" {
			t.Errorf("it is %+v, want gone", got)
		}

		if news := q.news(t); len(news) != 4 || !strings.HasPrefix(news[0], "failed ") || !strings.HasPrefix(news[2], "failed ") {
			t.Errorf("the audit log has %q, want each failure once", news)
		}
	})
}

// TestWhatAlertmanagerForgetsIsMadeAnew, and what comes back is ended again.
func TestWhatAlertmanagerForgetsIsMadeAnew(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		window := q.announce(t, patching())
		q.at(t, time.Hour)
		first := q.wants(t, 1)[0].ID
		q.server.Kill()
		q.wants(t, 0)
		q.at(t, time.Hour+time.Minute)

		if second := q.wants(t, 1)[0].ID; second == first || len(q.get(t, window.ID).Silence.IDs) != 2 {
			t.Errorf("it is %s, and the window says %+v; want another, and both ids", second, q.get(t, window.ID).Silence)
		}

		q.server.Stop()

		if _, err := q.End(t.Context(), q.line, dave, window.ID, act("done already")); err != nil {
			t.Fatal(err)
		}

		q.at(t, 62*time.Minute)
		q.wants(t, 0)
		q.server.Kill()
		q.wants(t, 1)
		q.at(t, 63*time.Minute)
		q.wants(t, 0)

		// Once it would have ended by itself, nobody looks any more.
		q.at(t, 4*time.Hour)
		asked := q.server.Asked()
		q.at(t, 5*time.Hour)

		if got := q.server.Asked(); got != asked {
			t.Errorf("it was asked %d times more, want none", got-asked)
		}
	})
}

// TestAConsoleThatCrashes: the answer that would have told the id is lost with it, and the next
// console finds what it made, and ends it.
func TestAConsoleThatCrashes(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		window := q.announce(t, patching())

		q.server.Break(func(r *http.Request) (int, bool) { return 0, r.Method == http.MethodPost })
		q.at(t, time.Hour)
		id := q.wants(t, 1)[0].ID
		q.server.Break(nil)
		q.again()
		q.at(t, time.Hour+time.Minute)

		if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceActive || q.wants(t, 1)[0].ID != id {
			t.Errorf("it is %+v, want the one that was made", got)
		}

		q.again()
		q.at(t, 3*time.Hour)
		q.again()
		q.at(t, 3*time.Hour+time.Minute)
		q.wants(t, 0)
	})
}

// TestTwoReplicasMakeOneSilence, also when both are at it all the time.
func TestTwoReplicasMakeOneSilence(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		window := q.announce(t, patching())
		one := q.Windows
		q.again()
		two := q.Windows

		for second := range 30 {
			q.clock.Set(seed.Add(time.Hour + time.Duration(second)*time.Second))
			q.tick(t)

			var both sync.WaitGroup
			for _, replica := range []*maintenance.Windows{one, two} {
				both.Go(func() {
					if err := replica.KeepSilences(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}

			both.Wait()
		}

		q.wants(t, 1)

		if all := len(q.server.Silences(true)); all != 0 || len(q.get(t, window.ID).Silence.IDs) != 1 {
			t.Errorf("%d were made beside the one, want none", all)
		}
	})
}

// TestASilenceThatWasEndedByHand is let be.
func TestASilenceThatWasEndedByHand(t *testing.T) {
	t.Parallel()

	q := newQuiet(t, onSQLite(t))
	window := q.announce(t, patching())
	q.at(t, time.Hour)
	q.server.Expire(q.wants(t, 1)[0].ID)
	q.at(t, 2*time.Hour)
	q.wants(t, 0)

	if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceEndedByHand || got.EndedByHandAt == nil {
		t.Errorf("it is %+v, want it ended by hand", got)
	}

	q.at(t, 3*time.Hour)

	if got := q.get(t, window.ID).Silence; got.State != maintenance.SilenceGone {
		t.Errorf("it is %+v, want gone", got)
	}
}

// TestWithoutAnAlertmanagerNoWindowSilences, and one that did before can be changed all the same.
func TestWithoutAnAlertmanagerNoWindowSilences(t *testing.T) {
	t.Parallel()

	q := newQuiet(t, onSQLite(t))
	window := q.announce(t, patching())
	q.Alerts = maintenance.Alerts{}

	title := "Patching"
	if _, err := q.Update(t.Context(), q.line, dave, window.ID, maintenance.Edit{Revision: window.Revision, Title: &title, Reason: "a shorter title"}); err != nil {
		t.Errorf("it cannot be changed: %v", err)
	}

	for text, want := range map[string]string{
		`a="b"`: "no Alertmanager is configured", `a=~"(`: "does not end with one", `a=~".*"`: "none of these labels", "a": "not a matcher",
	} {
		draft := patching()
		draft.AlertMatchers = []string{text}

		if _, err := q.Preview(t.Context(), draft); err == nil || !strings.Contains(fieldText(err), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}

	q.at(t, time.Hour)

	if got := q.get(t, window.ID).Silence; got == nil || !strings.Contains(got.Problem, "No Alertmanager is configured") {
		t.Errorf("it is %+v, want that nothing is done about it", got)
	}
}

// TestWithARealAlertmanager: from start to end, with an extension and a crash of it.
func TestWithARealAlertmanager(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		server := alertmanagertest.Start(t, "", nil)
		q := &quiet{world: w, server: &alertmanagertest.Double{URL: server.URL}}
		q.Alerts = q.alerts()
		window := q.announce(t, patching())
		active := func(n int) {
			t.Helper()

			if found := server.Silences(false); len(found) != n {
				t.Fatalf("amtool sees %+v, want %d", found, n)
			}
		}

		q.at(t, time.Hour)
		active(1)
		server.Kill()
		server.Restart()
		active(0)
		q.at(t, time.Hour+time.Minute)
		active(1)

		if _, err := q.Extend(t.Context(), dave, window.ID, act("it takes longer"), seed.Add(4*time.Hour)); err != nil {
			t.Fatal(err)
		}

		q.at(t, 3*time.Hour+time.Minute)
		active(1)
		q.again()
		q.at(t, 4*time.Hour)
		active(0)

		if got := q.get(t, window.ID); got.Phase != maintenance.Completed || got.Silence.State != maintenance.SilenceGone || len(got.Silence.IDs) != 2 {
			t.Errorf("it is %s with %+v, want completed and gone, with two ids", got.Phase, got.Silence)
		}
	})
}

// fieldText is what is wrong with the fields.
func fieldText(err error) (text string) {
	for _, f := range ops.FieldErrors(err) {
		text += f.Field + " " + f.Message + "\n"
	}

	return text
}
