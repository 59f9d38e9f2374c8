package changes_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// meddled is a control plane on which something happens right after a change was made.
type meddled struct {
	ops.Service

	then func(ops.ConcurrencyUpdate)
}

func (m *meddled) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	config, err := m.Service.UpdateConcurrencyConfig(ctx, u)
	m.then(u)

	return config, err
}

func TestWhatSomebodyElseChangesMeanwhileIsTheirsAndOursIsApplied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.clock.Advance(time.Minute)

		made := w.clock.Now()
		service := &meddled{w.plain, func(u ops.ConcurrencyUpdate) {
			w.clock.Advance(time.Second)

			u.ClusterTotal = 77
			if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), u); err != nil {
				t.Error(err)
			}
		}}

		result, err := w.Apply(t.Context(), service, dave, request(revision, 7))
		if err != nil || result.Change.Outcome != changes.Applied {
			t.Fatalf("got %+v, %v, want it applied", result, err)
		}

		page, err := w.History(t.Context(), changes.Filter{Source: changes.SourceExternal})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %+v, %v, want one external change", page, err)
		}

		if theirs := page.Items[0]; theirs.Since == nil || !theirs.Since.Equal(made) || len(theirs.Fields) != 1 || theirs.Fields[0] != "cluster_total" {
			t.Errorf("got %+v, want a change of cluster_total alone, since %s", theirs, made)
		}
	})
}

func TestAChangeGoesOnWhenWhoeverAskedIsGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		ctx, leave := context.WithCancel(t.Context())
		service := &meddled{w.plain, func(ops.ConcurrencyUpdate) { leave() }}

		result, err := w.Apply(ctx, service, dave, request(revision, 7))
		if err != nil || result.Change.Outcome != changes.Applied {
			t.Errorf("got %+v, %v, want it applied", result, err)
		}
	})
}

func TestARestoredOutsideChangeIsNotAskedAboutWhenItsValueComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		w.current(t)
		w.set(t, 9)

		outside := w.current(t)
		if _, err := w.restore(t, outside.Last.ID, outside.Revision, "five was better"); err != nil {
			t.Fatal(err)
		}

		w.apply(t, request(w.current(t).Revision, 9))

		if asked, err := w.Unreviewed(t.Context()); err != nil || len(asked) != 0 {
			t.Errorf("asked about %+v, %v, want nothing", asked, err)
		}
	})
}

func TestTheEndOfALeaseIsTriedEveryTenSecondsAtLeast(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1m")
		w.service.fail(down(), nil, down())

		for range 600 { // ten minutes without a control plane
			w.clock.Advance(time.Second)
			_ = endDue(t.Context(), w, w.service)
		}

		if state := w.lease(t, l.ID).State; state != lease.Overdue {
			t.Errorf("it is %s, want %s", state, lease.Overdue)
		}

		w.service.fail(nil, nil, nil)

		for range 10 {
			w.clock.Advance(time.Second)
			_ = endDue(t.Context(), w, w.service)
		}

		if state := w.lease(t, l.ID).State; state != lease.Ended {
			t.Errorf("it is %s ten seconds after the control plane answers again, want %s", state, lease.Ended)
		}
	})
}
