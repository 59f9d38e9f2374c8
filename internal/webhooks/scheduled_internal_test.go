package webhooks

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
)

// TestAChatIsToldWhenAScheduledChangeWasApplied beside when it was to be: it may be late, or applied by hand.
func TestAChatIsToldWhenAScheduledChangeWasApplied(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	ends, applied := at.Add(time.Hour), at.Add(7*time.Minute)

	for _, test := range []struct {
		about Scheduled
		says  string
	}{
		{Scheduled{State: scheduled.Scheduled, At: at}, "2026-03-01 02:00 UTC"},
		{Scheduled{State: scheduled.Overdue, At: at, EndsAt: &ends}, "2026-03-01 02:00 UTC to 2026-03-01 03:00 UTC"},
		{
			Scheduled{State: scheduled.Applied, At: at, EndsAt: &ends, AppliedAt: &applied},
			"Applied 2026-03-01 02:07 UTC, scheduled for 2026-03-01 02:00 UTC to 2026-03-01 03:00 UTC",
		},
	} {
		n := notification{scheduled: &test.about}

		for _, kind := range []Kind{Slack, Teams} {
			if body, err := n.body(kind); err != nil || !strings.Contains(body, `"`+test.says+`"`) {
				t.Errorf("%s, %s: got %s, %v, want %q", test.about.State, kind, body, err, test.says)
			}
		}
	}
}
