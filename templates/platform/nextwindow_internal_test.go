package platform

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/templates/shell"
)

func TestTheNextWindowIsToCome(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	for want, next := range map[string]OverviewSchedule{
		"in 2 h · 14:00 UTC": {From: now.Add(2 * time.Hour), Until: now.Add(4 * time.Hour)},
		"in 3 h · 15:00 UTC": {Active: true, From: now.Add(-time.Hour), Until: now.Add(3 * time.Hour)},
	} {
		var line strings.Builder
		if err := (Overview{Freshness: shell.Freshness{Now: now}, Next: &next}).nextWindow().Render(t.Context(), &line); err != nil {
			t.Fatal(err)
		}

		if !strings.Contains(line.String(), want) {
			t.Errorf("%s\nwant it with %q", line.String(), want)
		}
	}
}
