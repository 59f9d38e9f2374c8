package approvals_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestWhoIsNotVouchedForInTheMomentOfApproving writes that down while the approval is used up: PostgreSQL has the second
// wait for the first, which is not to go by what it read before.
func TestWhoIsNotVouchedForInTheMomentOfApproving(t *testing.T) {
	t.Parallel()

	w := newWorld(t, storetest.Open(t, migrated.PostgresURL(t)))
	asked := w.ask()

	tx, err := w.DB.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it is committed below

	if _, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_approvals SET note = 'not vouched for' WHERE id = $1`, asked.ID); err != nil {
		t.Fatal(err)
	}

	decided := make(chan error, 1)

	go func() { decided <- w.decide(asked, approvals.Approved, olga) }()

	worldtest.Eventually(t, "the approval waits for what was heard", w.waitsForALock)

	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}

	if err := <-decided; err == nil || err.Error() != "CONFLICT: not vouched for" {
		t.Errorf("got %v, want a conflict that says why", err)
	}

	w.want(asked, approvals.Waiting)
}

// waitsForALock reports whether somebody waits for a lock in the database.
func (w *world) waitsForALock() (waits bool) {
	err := w.DB.Read().QueryRowContext(w.t.Context(),
		`SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits)

	return err == nil && waits
}

// TestNobodyWaitsForWhatIsHeard while the database hangs: whoever signs in goes on, and it is kept later.
func TestNobodyWaitsForWhatIsHeard(t *testing.T) {
	t.Parallel()

	w := newWorld(t, storetest.Open(t, migrated.PostgresURL(t)))
	asked := w.ask()

	tx, err := w.DB.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it holds a lock, and nothing else

	if _, err := tx.ExecContext(t.Context(), `SELECT 1 FROM opsconsole_approvals WHERE id = $1 FOR UPDATE`, asked.ID); err != nil {
		t.Fatal(err)
	}

	begun := make(chan struct{})
	stuck, give := context.WithCancel(t.Context())

	go func() {
		defer close(begun)

		w.Heard(stuck, dave, approvals.NotVouched)
	}()

	worldtest.Eventually(t, "what was heard waits for the row", w.waitsForALock)

	w.Heard(t.Context(), dave, approvals.NoOperator) // does not wait for the first

	select {
	case <-begun:
		t.Error("the second waited for the first")
	default:
	}

	give()

	select {
	case <-begun:
	case <-time.After(time.Minute):
		t.Fatal("who has gone away waits on")
	}

	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}

	if err := w.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.want(asked, approvals.Void)
}
