package maintenance_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAnErrorIsKeptWithItsCodeAndDetails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.line.fail(always(ops.Unavailable("control_plane", "It is being upgraded.")), nil)
		w.at(t, time.Hour)

		got := w.get(t, window.ID)
		if want := map[string]any{"service": "control_plane"}; got.ErrorCode != ops.CodeServiceUnavailable || !reflect.DeepEqual(got.ErrorDetails, want) {
			t.Errorf("down: got %s, %v; wanted SERVICE_UNAVAILABLE, %v", got.ErrorCode, got.ErrorDetails, want)
		}

		var asJSON map[string]any

		data, err := json.Marshal(got)
		if err == nil {
			err = json.Unmarshal(data, &asJSON)
		}

		if err != nil || asJSON["note"] != got.Note || asJSON["error_code"] != "SERVICE_UNAVAILABLE" {
			t.Errorf("as JSON: got %v, %v; want note %q and error_code SERVICE_UNAVAILABLE", asJSON, err, got.Note)
		}

		w.line.fail(writes(refusing()), nil)
		w.at(t, time.Hour+11*time.Second)

		got = w.get(t, window.ID)

		fields := ops.FieldErrors(got.Err(got.Note))
		if got.Phase != maintenance.Held || got.ErrorCode != ops.CodeValidationFailed || len(fields) != 1 || fields[0].Message != "is not allowed here" {
			t.Errorf("refused: got %s, %s, %+v; wanted held, VALIDATION_FAILED and the field", got.Phase, got.ErrorCode, fields)
		}

		w.line.fail(nil, nil)

		got, err = w.TakeOver(t.Context(), w.line, olga, window.ID, act("it is allowed by now"))
		if err != nil || got.Phase != maintenance.Active || got.ErrorCode != "" || got.ErrorDetails != nil {
			t.Errorf("taken over: got %s, %s, %v, %v; wanted active without an error", got.Phase, got.ErrorCode, got.ErrorDetails, err)
		}
	})
}

func TestAMissedWindowSaysWhatWasInTheWay(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.line.fail(always(down()), nil)
	w.at(t, time.Hour)
	w.at(t, 3*time.Hour)
	w.at(t, 3*time.Hour+20*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Missed || got.ErrorCode != ops.CodeServiceUnavailable {
		t.Errorf("got %s, %s, %q; wanted missed, SERVICE_UNAVAILABLE", got.Phase, got.ErrorCode, got.Note)
	}
}

func TestPagesAreToldOfWhatWasWritten(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	told := 0
	w.OnChange = func() { told++ }

	expect := func(what string, want bool) {
		t.Helper()

		if (told > 0) != want {
			t.Errorf("%s: told %d times, wanted any: %t", what, told, want)
		}

		told = 0
	}

	draft := patching()
	draft.Reason = ""

	if _, err := w.Announce(t.Context(), w.line, dave, draft); err == nil {
		t.Error("it is announced without a reason")
	}

	expect("what was refused", false)

	window := w.announce(t, patching())

	expect("an announcement", true)

	w.tick(t)
	expect("a tick with nothing due", false)

	w.line.fail(always(down()), nil)
	w.at(t, time.Hour)
	expect("a start that fails", true)

	w.at(t, time.Hour+11*time.Second)
	expect("a start that fails again", false)

	w.line.fail(nil, nil)
	w.at(t, time.Hour+30*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Active {
		t.Errorf("got %+v, want active", got)
	}

	expect("a start", true)
}
