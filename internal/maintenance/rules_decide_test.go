package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

func TestTheOldMomentIsTakenAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.replica(goRules(t)).announce(t, noon())
		_, err := w.DecideRules(t.Context(), olga, window.ID, act("nothing has moved"), true)
		refused(t, err, ops.CodeConflict)

		w.follow(t)

		_, err = w.DecideRules(t.Context(), olga, window.ID, act(""), true)
		refused(t, err, ops.CodeValidationFailed)

		got, err := w.DecideRules(t.Context(), olga, window.ID, act("the team is on call at 20:00 UTC"), true)
		if err != nil || !got.StartsAt.Equal(window.StartsAt) || !got.EndsAt.Equal(window.EndsAt) || got.RulesMove != nil ||
			got.StartsAtLocal != "2026-12-20T13:00:00" || got.ZoneRules != "2026f" || w.kinds(t) != kindsOf("announced", "changed", "changed") {
			t.Fatalf("got %+v, %v, %s, want 20:00 UTC, which is 13:00 by 2026f, and both told", got, err, w.kinds(t))
		}

		w.follow(t)

		if again := w.get(t, window.ID); again.Revision != got.Revision {
			t.Errorf("it was moved again: %+v", again)
		}

		w.verifyAudit(t)
	})
}

func TestKeepingTheClocksTellsNobody(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.replica(goRules(t)).announce(t, noon())
	w.follow(t)

	got, err := w.DecideRules(t.Context(), olga, window.ID, act("noon is right for them"), false)
	if err != nil || got.RulesMove != nil || !got.StartsAt.Equal(window.StartsAt.Add(-time.Hour)) || w.kinds(t) != kindsOf("announced", "changed") {
		t.Errorf("got %+v, %v, %s, want it decided, at 19:00 UTC, and nothing told", got, err, w.kinds(t))
	}
}

// TestAVersionThatKeepsNoClocksRunsBeside writes what it does: the moment, and not the rest.
func TestAVersionThatKeepsNoClocksRunsBeside(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, noon())
		moved := window.StartsAt.Add(3 * time.Hour)

		for _, statement := range []string{
			`UPDATE opsconsole_windows SET starts_local = NULL, ends_local = NULL, zone_release = NULL`,
			`UPDATE opsconsole_windows SET starts_local = '2026-12-20T12:00:00-08:00[America/Vancouver]', zone_release = '2025c',
				ends_local = '2026-12-20T14:00:00-08:00[America/Vancouver]', starts_at = $1, ends_at = $2`,
		} {
			args := []any{store.Time{Time: moved}, store.Time{Time: moved.Add(time.Hour)}}
			if !strings.Contains(statement, "$1") {
				args = nil
			}

			if _, err := w.db.Write().ExecContext(t.Context(), statement, args...); err != nil {
				t.Fatal(err)
			}

			before := w.get(t, window.ID)
			if before.ZoneRules != "" {
				t.Errorf("got %q, want no release: it was not kept", before.ZoneRules)
			}

			w.follow(t)

			if got := w.get(t, window.ID); !got.StartsAt.Equal(before.StartsAt) || got.ZoneRules != "2026f" || got.Revision != before.Revision ||
				got.StartsAtLocal != before.StartsAt.In(got.Location()).Format("2006-01-02T15:04:05") {
				t.Errorf("got %+v, want the moment as it was, and the clocks kept from now on", got)
			}
		}
	})
}

// TestNothingIsTakenAgainOfWhatStayed: it has the moment before, and nobody is told that it changed.
func TestNothingIsTakenAgainOfWhatStayed(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.replica(goRules(t)).announce(t, noon())
	before := patching()
	before.StartsAt, before.EndsAt = window.StartsAt.Add(-2*time.Hour), window.StartsAt.Add(-time.Minute)
	w.announce(t, before)
	w.follow(t)

	_, err := w.DecideRules(t.Context(), olga, window.ID, act("the moment before"), true)
	refused(t, err, ops.CodeConflict)

	got, err := w.DecideRules(t.Context(), olga, window.ID, act("13:00 there is right"), false)
	if err != nil || got.RulesMove != nil || !got.StartsAt.Equal(window.StartsAt) || w.kinds(t) != kindsOf("announced", "announced") {
		t.Errorf("got %+v, %v, %s, want it decided, where it was, and nothing told", got, err, w.kinds(t))
	}
}

// TestTheOldMomentIsLeasedByNow: as a window that is announced for it, it is refused.
func TestTheOldMomentIsLeasedByNow(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	draft := noon()
	draft.StartsAt, draft.EndsAt = draft.StartsAt.Add(-time.Hour), draft.EndsAt.Add(-time.Hour)
	window := w.announce(t, draft)
	next := w.replica(nextRules(t))
	next.follow(t)
	w.clock.Set(window.StartsAt.Add(-time.Hour))

	lease := w.borrow(t, 9, "90m")

	_, err := next.DecideRules(t.Context(), olga, window.ID, act("the moment before"), true)
	refused(t, err, ops.CodeConflict)

	if e := ops.AsError(err); e.Details["lease"] != lease.ID {
		t.Errorf("got %v, want lease %v in the details", err, lease.ID)
	}

	if _, err := next.DecideRules(t.Context(), olga, window.ID, act("as it is"), false); err != nil {
		t.Error(err)
	}
}
