package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWhatWasReviewedBeforeAChangeIsVoid(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path, other := ask(t, w, 6), ask(t, w, 7)

	if got := as(w, "olga", other+"/approve", looked); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if now := w.Data(path); now["state"] != "void" || now["note"] == "" {
		t.Errorf("got %v, want it void", now)
	}

	wantError(t, "void", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	// Also where nobody has looked since: what was sent is checked against its revision.
	path = ask(t, w, 8)

	w.Outside(9, 60)

	wantError(t, "changed outside", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if now := w.Data(path); now["state"] != "void" {
		t.Errorf("got %v, want it void", now)
	}
}

// TestWhatWasDoneIsNotSaidToHaveFailed has another approval be in the way of looking at them all.
func TestWhatWasDoneIsNotSaidToHaveFailed(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)
	ask(t, w, 7)

	w.Approvals.Stand = func(context.Context, string) (string, error) { return "", errors.New("it cannot be read") }

	got := as(w, "olga", path+"/approve", looked)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "approval", "outcome") != "done" {
		t.Errorf("got %d, want it done\n%s", got.Status, got.Body)
	}
}

func TestWhatNobodyDecidesAboutExpires(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)

	w.Advance(approvals.Lifetime)
	wantError(t, "too late", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if now := w.Data(path); now["state"] != "expired" {
		t.Errorf("got %v, want it expired", now)
	}
}

func TestWhatIsRejectedIsNotDone(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path, own := ask(t, w, 6), ask(t, w, 7)

	for who, about := range map[string]string{"olga": path, "dave": own} {
		got := as(w, who, about+"/reject", looked)
		if handlerstest.At(got.JSON(t), "approval", "state") != "rejected" || handlerstest.At(got.JSON(t), "approval", "decided_by", "username") != who {
			t.Errorf("got %d, want it rejected by %s\n%s", got.Status, who, got.Body)
		}
	}

	wantError(t, "rejected", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if n := changesMade(t, w); n != 0 {
		t.Errorf("%d changes were made, want none", n)
	}
}

// TestWhatChangesInTheMomentOfAskingIsRefused rather than waits for a day in vain.
func TestWhatChangesInTheMomentOfAskingIsRefused(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	body := fmt.Sprintf(`{"per_analyst": 8, "reason": "load test of 8", "revision": %q}`, w.Revision())
	read, changed := w.Approvals.Stand, false

	// All was checked by the time that it is read how the section stands.
	w.Approvals.Stand = func(ctx context.Context, object string) (string, error) {
		if !changed {
			changed = true

			w.Outside(9, 60)
		}

		return read(ctx, object)
	}

	wantError(t, "changed meanwhile", w.Post("/config/concurrency", body), http.StatusConflict, ops.CodeConflict)

	if n, err := w.Approvals.Count(t.Context(), approvals.Filter{}); err != nil || n != 0 {
		t.Errorf("%d are kept, %v, want none", n, err)
	}
}
