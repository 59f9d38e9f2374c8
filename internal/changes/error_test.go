package changes_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAnErrorIsKeptWithItsCodeAndItsDetails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		refusal := &ops.Error{
			Code: ops.CodeRateLimitExceeded, Message: "Too often.", Details: map[string]any{"retry_after_seconds": 42},
		}

		revision := w.current(t).Revision
		w.service.fail(refusal, nil, nil)

		change, err := w.Get(t.Context(), w.apply(t, request(revision, 7)).ID)
		if err != nil {
			t.Fatal(err)
		}

		got := change.Err()
		if got == nil || got.Code != refusal.Code || !strings.HasSuffix(got.Message, refusal.Message) || !reflect.DeepEqual(got.Details, refusal.Details) {
			t.Errorf("the change keeps %#v, want %#v", got, refusal)
		}

		if wait, ok := ops.RetryAfter(got); !ok || wait != 42*time.Second {
			t.Errorf("it can be tried again after %s, %t, want 42s", wait, ok)
		}

		w.service.fail(nil, nil, nil)

		if applied := w.apply(t, request(revision, 8)); applied.Err() != nil || applied.ErrorCode != "" {
			t.Errorf("what was applied has the error %+v", applied.Err())
		}
	})
}

func TestALeaseKeepsWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)

		refusal := ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin)
		w.service.fail(refusal, nil, nil)

		if err := endDue(t.Context(), w, w.service); ops.AsError(err).Code != refusal.Code {
			t.Errorf("got %v, want the refusal %s", err, refusal.Code)
		}

		want := map[string]any{"required_role": "ops", "user_role": "admin"}
		if got := w.lease(t, l.ID); got.ErrorCode != refusal.Code || !reflect.DeepEqual(got.ErrorDetails, want) || got.Note == "" {
			t.Errorf("it keeps %+v, want the refusal %s with %v, and a note", got, refusal.Code, want)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(time.Minute)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		if got := w.lease(t, l.ID); got.Open() || got.ErrorCode != "" || got.ErrorDetails != nil || got.Note != "" {
			t.Errorf("after its end it keeps %+v, want it over, without error or note", got)
		}
	})
}

func TestAnErrorOfTheVersionBeforeIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		// It knows nothing of the columns for the code and the details.
		_, err := w.db.Write().ExecContext(t.Context(), `
			INSERT INTO opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json, fields, error,
				request_id, settled_at, intent)
			VALUES ('export', '2026-03-01T12:00:00.000000Z', 'dave', 'for the audit', 'console', 'failed', '{}', '{}',
				'max_duration_seconds', 'The control plane refused: No.', '', '2026-03-01T12:00:00.000000Z', 0)`)
		if err != nil {
			t.Fatal(err)
		}

		page, err := w.History(t.Context(), changes.Filter{Section: ops.SectionExport})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %+v, %v, want one change", page, err)
		}

		if got := page.Items[0].Err(); got == nil || got.Code != ops.CodeServiceUnavailable || got.Message != "The control plane refused: No." {
			t.Errorf("got %+v, want %s: The control plane refused: No.", got, ops.CodeServiceUnavailable)
		}
	})
}

// TestTheVersionBeforeLeavesNoErrorBehind settles and ends as that one does: without the
// columns that it does not know.
func TestTheVersionBeforeLeavesNoErrorBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "1m")
		w.clock.Advance(time.Minute)
		w.service.fail(ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), nil, nil)

		if err := endDue(t.Context(), w, w.service); err == nil || w.lease(t, l.ID).ErrorCode == "" {
			t.Fatal("nothing is in the way of the end")
		}

		for _, statement := range []string{
			`UPDATE opsconsole_leases SET state = 'ended', ended_at = ends_at, note = 'The previous values were already set again.'`,
			`INSERT INTO opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json, fields,
				error_code, error_details_json, request_id, unknown_at, intent)
			VALUES ('export', '2026-03-01T12:00:00.000000Z', 'dave', 'for the audit', 'console', 'unknown', '{}', '{}',
				'max_duration_seconds', 'SERVICE_UNAVAILABLE', '{"service":"control_plane"}', '', '2026-03-01T12:00:00.000000Z', 0)`,
			`UPDATE opsconsole_changes SET outcome = 'applied', error = NULL, settled_at = at, unknown_at = NULL WHERE section = 'export'`,
		} {
			if _, err := w.db.Write().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}

		if got := w.lease(t, l.ID); got.ErrorCode != "" || got.ErrorDetails != nil {
			t.Errorf("the lease that is over keeps %s, %v, want no error", got.ErrorCode, got.ErrorDetails)
		}

		page, err := w.History(t.Context(), changes.Filter{Section: ops.SectionExport})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %+v, %v, want one change", page, err)
		}

		if got := page.Items[0]; got.ErrorCode != "" || got.ErrorDetails != nil {
			t.Errorf("the change that was applied keeps %s, %v, want no error", got.ErrorCode, got.ErrorDetails)
		}
	})
}
