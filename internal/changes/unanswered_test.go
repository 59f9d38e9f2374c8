package changes_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestALostAnswerIsUnknownUntilItIsReadBack(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, after error
		want          changes.Outcome
		holds         int
	}{
		"carried out":     {after: lost(), want: changes.Applied, holds: 7},
		"not carried out": {before: lost(), want: changes.Failed, holds: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				revision := w.current(t).Revision
				w.service.fail(test.before, test.after, nil)

				readBackFails := &readsOnce{faulty: w.service}

				result, err := w.Apply(t.Context(), readBackFails, dave, request(revision, 7))
				if err != nil || result.Change.Outcome != changes.Unknown {
					t.Fatalf("got %+v, %v, want its outcome unknown", result.Change, err)
				}

				w.service.fail(nil, nil, nil)

				if held, err := w.At(t.Context(), ops.SectionConcurrency, w.clock.Now().Add(time.Second)); err != nil || held.Open == nil || held.Open.ID != result.Change.ID {
					t.Errorf("got %+v, %v, want it told of that moment that nobody knows", held, err)
				}

				// Until it is settled the section takes no other change.
				if _, err := w.Apply(t.Context(), w.service, dave, request(revision, 9)); ops.AsError(err).Code != ops.CodeConflict {
					t.Fatalf("a second change was taken: %v", err)
				}

				w.clock.Advance(time.Minute)

				if err := w.Watch(t.Context(), w.service); err != nil {
					t.Fatal(err)
				}

				change, err := w.Get(t.Context(), result.Change.ID)
				if err != nil || change.Outcome != test.want || w.perAnalyst(t) != test.holds {
					t.Errorf("got %+v, %v, with %d per analyst, want it %s, and %d", change, err, w.perAnalyst(t), test.want, test.holds)
				}

				if held, err := w.At(t.Context(), ops.SectionConcurrency, w.clock.Now()); err != nil || held.Open != nil || held.Values["per_analyst"] != int64(test.holds) {
					t.Errorf("got %+v, %v, want %d per analyst, and no doubt", held, err, test.holds)
				}

				if page, err := w.History(t.Context(), changes.Filter{Source: changes.SourceExternal}); err != nil || len(page.Items) != 0 {
					t.Errorf("our own change counts as external: %+v, %v", page.Items, err)
				}
			})
		})
	}
}

// readsOnce answers the first reading and no other.
type readsOnce struct {
	*faulty

	read bool
}

func (r *readsOnce) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if r.read {
		return ops.ConcurrencyConfig{}, lost()
	}

	r.read = true

	return r.faulty.GetConcurrencyConfig(ctx)
}

func TestAnUnansweredChangeIsNotDoneBecauseTheOldValuesCanBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.service.fail(lost(), nil, nil)

		// It may still be on its way: neither done nor failed.
		if change := w.apply(t, request(revision, 7)); change.Outcome != changes.Unknown {
			t.Fatalf("got %+v, want its outcome unknown", change)
		}
	})
}

func TestAChangeThatWasInterruptedIsSettledByTheNextProcess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision

		// The process dies between the intent and the answer.
		func() {
			defer func() { _ = recover() }()

			_, _ = w.Apply(t.Context(), dies{w.service}, dave, request(revision, 7))
		}()

		next := changes.New(w.db, w.log, w.clock.Now, slog.New(slog.DiscardHandler), changes.Policy{})
		if err := next.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}

		if current, err := next.Current(t.Context(), w.service, ops.SectionConcurrency); err != nil || current.Open == nil {
			t.Fatalf("the change was forgotten: %+v, %v, want it open", current, err)
		}

		w.clock.Advance(time.Minute)
		w.silent(t, time.Minute)

		current, err := next.Current(t.Context(), w.service, ops.SectionConcurrency)
		if err != nil || current.Open != nil || current.Last.Outcome != changes.Applied || current.Values["per_analyst"] != int64(7) {
			t.Fatalf("got %+v, %v, want nothing open, the last change applied, and 7 per analyst", current, err)
		}
	})
}

// dies carries the change out and takes the process with it.
type dies struct{ *faulty }

func (d dies) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	if _, err := d.faulty.UpdateConcurrencyConfig(ctx, u); err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	panic("killed")
}
