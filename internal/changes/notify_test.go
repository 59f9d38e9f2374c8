package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

func TestWhatIsWrittenIsToldOf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		told := 0
		w.OnChange = func() { told++ }

		expect := func(what string, want bool) {
			t.Helper()

			if (told > 0) != want {
				t.Errorf("%s: told %d times, want it told: %t", what, told, want)
			}

			told = 0
		}

		w.current(t)
		expect("the first look", true)
		w.current(t)
		expect("another look that finds the same", false)

		l := w.borrow(t, "1m")

		expect("a temporary change", true)

		w.extend(t, l.ID, "2m")
		expect("its extension", true)

		w.clock.Advance(2 * time.Minute)

		if err := endDue(t.Context(), w, w.service); err != nil {
			t.Fatal(err)
		}

		expect("its end", true)

		if _, err := w.Apply(t.Context(), w.service, dave, request("", 7)); ops.AsError(err).Code != ops.CodeValidationFailed {
			t.Fatal(err)
		}

		expect("what was refused", false)
	})
}
