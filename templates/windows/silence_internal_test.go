package windows

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

func TestTheEndOfASilenceIsToCome(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ends := now.Add(2 * time.Hour)

	var facts strings.Builder
	if err := silenceFacts(maintenance.Silence{State: maintenance.SilenceActive, EndsAt: &ends}, now).Render(t.Context(), &facts); err != nil {
		t.Fatal(err)
	}

	if want := "in 2 h · 14:00 UTC"; !strings.Contains(facts.String(), want) {
		t.Errorf("%s\nwant it with %q", facts.String(), want)
	}
}
