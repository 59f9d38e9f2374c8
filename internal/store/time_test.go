package store_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// TestAStoredTimeIsReadAsItIsLaidOut, and as nothing else.
func TestAStoredTimeIsReadAsItIsLaidOut(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"2026-03-01T18:04:05.000001Z", "2024-02-29T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
		"2025-02-29T00:00:00.000000Z", "2026-03-01T18:04:60.000000Z", "2026-03-01 18:04:05.000000Z", "2026-03-01T18:04:05.00000-Z",
		"2026-03-01T18:04:05Z", "2026-03-01T18:04:05.123+01:00", "2026-03-01T18:04:05.1234567Z", "2026-03-01T18:04:05.12345+1Z", "Z", "",
	} {
		want, wantErr := time.Parse(store.TimeLayout, text)

		var got store.Time
		if err := got.Scan(text); (err == nil) != (wantErr == nil) || !got.Equal(want) || got.Location() != want.Location() {
			t.Errorf("%q: got %v, %v, want %v, %v", text, got, err, want, wantErr)
		}
	}

	at := store.Time{Time: time.Now()}
	if err := at.Scan(nil); err != nil || !at.IsZero() {
		t.Errorf("NULL: got %v, %v, want the zero time", at, err)
	}
}
