package approvals_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhatAnOperatorWhoIsNoneAnyMoreAskedForIsVoid: and of nobody else.
func TestWhatAnOperatorWhoIsNoneAnyMoreAskedForIsVoid(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asked := w.ask()

		w.Heard(w.t.Context(), olga, approvals.NoOperator)
		w.Heard(w.t.Context(), approvals.Person{Username: "dave", Issuer: "https://other.example.com", Subject: dave.Subject}, approvals.NoOperator)
		w.want(asked, approvals.Waiting)

		w.Heard(w.t.Context(), dave, approvals.NoOperator)

		if got := w.want(asked, approvals.Void); !strings.Contains(got.Note, "no longer an operator") {
			w.t.Errorf("it says %q", got.Note)
		}

		w.Heard(w.t.Context(), dave, approvals.Operator) // what is void stays so
		w.want(asked, approvals.Void)

		if err := w.decide(asked, approvals.Approved, olga); err == nil {
			w.t.Error("it was approved")
		}
	})
}

// TestWhatSomebodyAskedForWaitsUntilTheyAreVouchedForAgain: a provider that refuses a session does not say why.
func TestWhatSomebodyAskedForWaitsUntilTheyAreVouchedForAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		asked := w.ask()
		d := approvals.Decision{ID: asked.ID, To: approvals.Approved, By: olga, Actor: actor(olga), Reason: reason}
		begun := actor(dave)
		begun.Gate = w.Carry(d, asked) // checked before

		w.Heard(w.t.Context(), dave, approvals.NotVouched)

		if got := w.want(asked, approvals.Waiting); !strings.Contains(got.Note, "signed in again") {
			w.t.Errorf("it says %q", got.Note)
		}

		if err := w.decide(asked, approvals.Approved, olga); err == nil {
			w.t.Error("it was approved")
		}

		if _, err := w.log.Record(w.t.Context(), begun, save()); err == nil {
			w.t.Error("what was checked before was begun after")
		}

		w.want(asked, approvals.Waiting)
		w.Heard(w.t.Context(), dave, approvals.Operator)

		if err := w.decide(asked, approvals.Approved, olga); err != nil {
			w.t.Error(err)
		}

		if got := w.want(asked, approvals.Approved); got.Note != "" {
			w.t.Errorf("it says %q still", got.Note)
		}
	})
}

// TestWhatIsHeardWhileTheDatabaseIsAwayIsKeptLater has no write succeed at first.
func TestWhatIsHeardWhileTheDatabaseIsAwayIsKeptLater(t *testing.T) {
	t.Parallel()

	address := migrated.PostgresURL(t)
	db := storetest.Open(t, address)
	w := newWorld(t, db)
	asked := w.ask()
	writable := storetest.MakeReadOnly(t, db, address)

	w.Heard(t.Context(), dave, approvals.NoOperator)
	w.want(asked, approvals.Waiting)
	writable()

	if err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.want(asked, approvals.Void)
}
