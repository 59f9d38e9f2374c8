package record_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestFiltersTakeTimesAsPeopleWriteThem on the clocks of the account menu, and lead to an address
// that means the same to everybody.
func TestFiltersTakeTimesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/history", "/audit", "/maintenance/windows"} {
		typed := w.Get(path+"?from=2026-03-01+18:00", "Accept", "text/html", "Cookie", "zone=Asia%2FTokyo")
		if typed.Status != http.StatusSeeOther || typed.Header.Get("Location") != path+"?from=2026-03-01T09%3A00%3A00Z" {
			t.Errorf("%s: got %d to %s, want 303 to 09:00 UTC", path, typed.Status, typed.Header.Get("Location"))
		}

		shown := w.Get(path+"?from=2026-03-01T09:00:00Z", "Accept", "text/html", "Cookie", "zone=Asia%2FTokyo")
		for _, want := range []string{`value="2026-03-01 18:00"`, "Sun 1 March 2026, 18:00 Asia/Tokyo (09:00 UTC)", "From (Asia/Tokyo)"} {
			if shown.Status != http.StatusOK || !strings.Contains(shown.Body, want) {
				t.Errorf("%s: got %d, want %s", path, shown.Status, want)
			}
		}

		// Data is in UTC, whoever asks.
		if got := w.Get(path+"?from=2026-03-01", "Accept", "application/json", "Cookie", "zone=Asia%2FTokyo"); got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200\n%s", path, got.Status, got.Body)
		}
	}
}
