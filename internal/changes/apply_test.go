package changes_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// Of SQLite there is one process, in which saves of a section queue up.
func TestASaveThatAnotherReplicaOvertookIsAConflictWithAllThreeValues(t *testing.T) {
	t.Parallel()

	w := newWorld(t, worldtest.Prepared.Postgres(t))
	revision := w.current(t).Revision
	other := changes.New(w.db, w.log, w.clock.Now, slog.New(slog.DiscardHandler), changes.Policy{Environment: "test"})

	// The other one is through between this one's reading and its writing.
	r := request(revision, 7)
	r.Guard = func(context.Context, *sql.Tx, []string) error {
		_, err := other.Apply(t.Context(), w.service, dave, request(revision, 8))

		return err
	}

	_, err := w.Apply(t.Context(), w.service, dave, r)

	conflict, ok := errors.AsType[*changes.ConflictError](err)
	if !ok || conflict.Original["per_analyst"] != int64(5) || conflict.Theirs["per_analyst"] != int64(8) ||
		conflict.Yours["per_analyst"] != int64(7) {
		t.Errorf("got %v, want a conflict: 5 at first, 8 of theirs, 7 of yours", err)
	}
}

func TestAChangeThatIsSettledIsAnsweredAlthoughItsLeaseCannotBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := request(w.current(t).Revision, 9)
		r.Term, _ = w.ParseTerm("1h", "", "")

		result, err := w.Apply(t.Context(), &meanwhile{faulty: w.service, onWrite: func() {
			err := w.db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_leases SET set_json = 'no JSON'`)

				return err
			})
			if err != nil {
				t.Error(err)
			}
		}}, dave, r)
		if err != nil || result.Change.ID == 0 || result.Change.Outcome != changes.Applied || result.Lease != nil {
			t.Errorf("got %+v, %v, want the change applied and no lease", result, err)
		}
	})
}

func TestTheScheduleHasOneReasonForAllThatItDoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for _, value := range []int64{9, 8} { // The windows of a series.
			next := request(w.current(t).Revision, value)
			next.Source = changes.SourceSchedule
			w.apply(t, next)
		}
	})
}

func TestTheReasonOfBeforeAnOutsideChangeIsNotANewOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		first := request(w.current(t).Revision, 9)
		w.apply(t, first)
		w.set(t, 7)

		second := request(w.current(t).Revision, 8)
		second.Reason = first.Reason

		_, err := w.Apply(t.Context(), w.service, dave, second)
		if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Type != "reason_repeated" {
			t.Errorf("got %v, want one field refused as reason_repeated", err)
		}
	})
}
