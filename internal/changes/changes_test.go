package changes_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAChangeIsAppliedAndRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.current(t)
		change := w.apply(t, request(before.Revision, 7))

		if change.Outcome != changes.Applied || change.Actor != "dave" || change.Before["per_analyst"] != int64(5) ||
			change.After["per_analyst"] != int64(7) || len(change.Fields) != 1 || change.SettledAt == nil {
			t.Fatalf("got %+v, want dave's change of per_analyst from 5 to 7, applied and settled", change)
		}

		if got := w.perAnalyst(t); got != 7 {
			t.Fatalf("the control plane holds %d, want 7", got)
		}

		after := w.current(t)

		result, err := w.restore(t, change.ID, after.Revision, "the test is over")
		if err != nil {
			t.Fatal(err)
		}

		restored := result.Change
		if restored.Outcome != changes.Applied || restored.Source != changes.SourceRestore || *restored.Restores != change.ID {
			t.Fatalf("got %+v, want a restore of change %d, applied", restored, change.ID)
		}

		if got := w.perAnalyst(t); got != 5 {
			t.Fatalf("restored to %d, want 5", got)
		}

		if old, err := w.Get(t.Context(), change.ID); err != nil || len(old.RestoredBy) != 1 || old.RestoredBy[0] != restored.ID {
			t.Errorf("the first change does not know who restored it: %+v, %v", old, err)
		}

		if got := w.outcomes(t); got != "intent done intent done" {
			t.Errorf("the audit log has %s, want intent done intent done", got)
		}
	})
}

func TestWhatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		with := func(change func(r *changes.Request)) changes.Request {
			r := request(revision, 7)
			change(&r)

			return r
		}

		for name, r := range map[string]changes.Request{
			"body.reason":        with(func(r *changes.Request) { r.Reason = "       " }),
			"body.reason ":       with(func(r *changes.Request) { r.Reason = strings.Repeat("x", 501) }),
			"body.reason  ":      with(func(r *changes.Request) { r.Reason = "xxxxxxxxxx" }),
			"body.reason   ":     with(func(r *changes.Request) { r.Reason = "because" }),
			"body.confirm":       with(func(r *changes.Request) { r.Values = ops.Values{"cluster_total": int64(25)} }),
			"body.reason    ":    with(func(r *changes.Request) { r.Reason = "load\x00tests" }),
			"body.per_analyst":   with(func(r *changes.Request) { r.Values = ops.Values{"per_analyst": int64(101)} }),
			"body.per_analyst ":  with(func(r *changes.Request) { r.Values = ops.Values{"per_analyst": "seven"} }),
			"body.cluster_total": with(func(r *changes.Request) { r.Values = ops.Values{"cluster_total": nil} }),
			"body.per_analist":   with(func(r *changes.Request) { r.Values = ops.Values{"per_analist": int64(7)} }),
			"body.revision":      with(func(r *changes.Request) { r.Revision = "" }),
			"body.revision ":     with(func(r *changes.Request) { r.Revision = "12345" }),
			"body":               with(func(r *changes.Request) { r.Values = ops.Values{"per_analyst": int64(5)} }),
		} {
			_, err := w.Apply(t.Context(), w.service, dave, r)

			fields := ops.FieldErrors(err)
			if len(fields) != 1 || fields[0].Field != strings.TrimSpace(name) {
				t.Errorf("%s: got %v, want that field alone refused", name, err)
			}
		}

		if w.perAnalyst(t) != 5 || strings.Contains(w.outcomes(t), "intent") {
			t.Errorf("something was changed: %s", w.outcomes(t))
		}
	})
}

func TestASaveAgainstAStaleRevisionIsAConflict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.apply(t, request(revision, 7))

		_, err := w.Apply(t.Context(), w.service, dave, request(revision, 9))

		var conflict *changes.ConflictError
		if !errors.As(err, &conflict) {
			t.Fatalf("got %v, want a conflict", err)
		}

		if conflict.Original["per_analyst"] != int64(5) || conflict.Theirs["per_analyst"] != int64(7) ||
			conflict.Yours["per_analyst"] != int64(9) {
			t.Errorf("got %+v, want 5 at first, 7 of theirs, 9 of yours", conflict)
		}

		if ops.AsError(err).Code != ops.CodeConflict || w.perAnalyst(t) != 7 {
			t.Errorf("got %v with %d per analyst, want a conflict and 7", err, w.perAnalyst(t))
		}

		// One goes on from there.
		if change := w.apply(t, request(conflict.Revision, 9)); change.Outcome != changes.Applied {
			t.Errorf("got %+v, want it applied", change)
		}
	})
}

func TestOfFiftySavesOneApplies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision

		// A second console on the same database, as another replica.
		other := changes.New(w.db, w.log, w.clock.Now, slog.New(slog.DiscardHandler), changes.Policy{})

		var (
			group   sync.WaitGroup
			mu      sync.Mutex
			applied int
		)

		for n := range 50 {
			group.Go(func() {
				console := w.Changes
				if n%2 == 0 {
					console = other
				}

				result, err := console.Apply(t.Context(), w.service, dave, request(revision, int64(10+n)))

				mu.Lock()
				defer mu.Unlock()

				switch {
				case err == nil && result.Change.Outcome == changes.Applied:
					applied++
				case ops.AsError(err).Code != ops.CodeConflict:
					t.Errorf("got %+v, %v, want it applied or a conflict", result.Change, err)
				}
			})
		}

		group.Wait()

		if applied != 1 {
			t.Errorf("%d were applied, want one", applied)
		}
	})
}

func TestWhatTheControlPlaneRefusedFailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.service.fail(down(), nil, nil)

		change := w.apply(t, request(revision, 7))
		if change.Outcome != changes.Failed || change.Error == nil || !strings.Contains(*change.Error, "connection refused") {
			t.Fatalf("got %+v, want it failed with connection refused", change)
		}

		w.service.fail(nil, nil, nil)

		if again := w.apply(t, request(revision, 7)); again.Outcome != changes.Applied {
			t.Errorf("the section was not free: %+v", again)
		}
	})
}

func TestNullIsRestoredAsNull(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		current, err := w.Current(t.Context(), w.service, ops.SectionLifecycle)
		if err != nil || current.Values["mapping.default_ttl"] != nil || current.Values["instance.default_ttl"] != "PT24H" {
			t.Fatalf("got %+v, %v, want no default for mappings and PT24H for instances", current, err)
		}

		result, err := w.Apply(t.Context(), w.service, dave, changes.Request{
			Section: ops.SectionLifecycle, Revision: current.Revision, Reason: "tidying up", Source: changes.SourceAPI, Confirm: "test",
			Values: ops.Values{"mapping.default_ttl": "30 days", "instance.default_ttl": "1d 12h"},
		})
		if err != nil || result.Change.Outcome != changes.Applied || result.Current.Values["instance.default_ttl"] != "P1DT12H" {
			t.Fatalf("got %+v, %v, want it applied and P1DT12H for instances", result, err)
		}

		result, err = w.restore(t, result.Change.ID, result.Current.Revision, "it was too early")
		if err != nil || result.Change.Outcome != changes.Applied || result.Current.Values["mapping.default_ttl"] != nil {
			t.Fatalf("got %+v, %v, want it applied and no default for mappings", result, err)
		}
	})
}
