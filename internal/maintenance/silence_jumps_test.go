package maintenance_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestASilenceFollowsItsWindowWhereTheClockJumps sets the clock forth and back, and has the machine sleep, over a window from 1 h to
// 3 h. Alertmanager runs on the same machine.
func TestASilenceFollowsItsWindowWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	type moment struct {
		at       time.Duration
		silences int
	}

	const half = 30 * time.Minute

	for name, moments := range map[string][]moment{
		"an hour ahead while it runs": {{2 * half, 1}, {5 * half, 1}, {6 * half, 0}},
		"an hour back while it runs":  {{3 * half, 1}, {half, 1}, {3 * half, 1}, {6 * half, 0}},
		"back before it began":        {{2 * half, 1}, {-2 * half, 1}, {2 * half, 1}, {6 * half, 0}},
		"an hour ahead over its end":  {{3 * half, 1}, {7 * half, 0}, {8 * half, 0}},
		"an hour back after its end":  {{2 * half, 1}, {6 * half, 0}, {4 * half, 0}, {6 * half, 0}},
		"a day's sleep over its end":  {{2 * half, 1}, {50 * half, 0}, {51 * half, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quietly(t, func(t *testing.T, q *quiet) {
				t.Helper()

				window := q.announce(t, patching())

				for _, m := range moments {
					q.at(t, m.at)

					if found := q.server.Silences(false); len(found) != m.silences {
						t.Errorf("at %s there are %+v, want %d", m.at, found, m.silences)
					}
				}

				if got := q.get(t, window.ID).Silence; got == nil || got.State != maintenance.SilenceGone || got.Problem != "" {
					t.Errorf("the window says %+v, want it gone", got)
				}

				news := q.news(t)
				told := slices.DeleteFunc(slices.Clone(news), func(text string) bool { return strings.Contains(text, "or its clock was set back") })
				slices.Sort(told) // they stand by their times

				if len(told) != 2 || !strings.HasPrefix(told[0], "done Alerts are silenced") || told[1] != "done No silence of the window is active now." {
					t.Errorf("the audit log has %q, want the beginning and the end, and what the clock did", news)
				}
			})
		})
	}
}

// TestReplicasWhoseClocksDifferKeepOneSilence has others look while one waits for Alertmanager's answer, and after it, until the
// window is over.
func TestReplicasWhoseClocksDifferKeepOneSilence(t *testing.T) {
	t.Parallel()
	quietly(t, func(t *testing.T, q *quiet) {
		t.Helper()

		window := q.announce(t, patching())

		asked := 0
		others := func() {
			for _, off := range []time.Duration{-3 * time.Hour, -25 * time.Second, 25 * time.Second, 3 * time.Hour} {
				replica := *q.world
				replica.clock = worldtest.NewClock(q.clock.Now().Add(off))
				replica.begin()
				replica.Alerts = q.alerts()
				replica.Alerts.Silencer = &noted{
					alertmanager.New(alertmanager.Config{URL: q.server.URL, Now: replica.clock.Now}), func() { asked++ },
				}

				if err := replica.KeepSilences(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}

		during := func() {}
		q.Alerts.Silencer = &noted{q.Alerts.Silencer, func() {
			before := asked

			if during(); asked != before {
				t.Errorf("others asked Alertmanager %d times beside one", asked-before)
			}

			during = func() {}
		}}

		for _, at := range []time.Duration{time.Hour, 90 * time.Minute, 2 * time.Hour} {
			during = others

			q.at(t, at)
			others()

			if one := q.wants(t, 1)[0]; !one.EndsAt.Equal(window.EndsAt) {
				t.Errorf("at %s it lasts until %s, want %s", at, one.EndsAt, window.EndsAt)
			}
		}

		during = others

		q.at(t, 3*time.Hour)
		others()
		q.wants(t, 0)

		if news := q.news(t); len(news) != 2 {
			t.Errorf("the audit log has %q, want the beginning and the end", news)
		}
	})
}

// noted tells of each time that Alertmanager is about to be asked.
type noted struct {
	maintenance.Silencer

	tell func()
}

func (n *noted) Keep(ctx context.Context, order alertmanager.Order) (alertmanager.Result, error) {
	n.tell()

	return n.Silencer.Keep(ctx, order)
}

func (n *noted) End(ctx context.Context, mark string, ids []string) (alertmanager.Result, error) {
	n.tell()

	return n.Silencer.End(ctx, mark, ids)
}
