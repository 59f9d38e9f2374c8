package platform

import (
	"net/url"
	"testing"
	"time"

	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// TestATimeThatIsFollowedHasOneSpelling: else as many views would be drawn as there are ways to write it.
func TestATimeThatIsFollowedHasOneSpelling(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 11, 22, 14, 23, 0, 0, time.UTC)

	for from, followed := range map[string]bool{
		"-6h": true, "-360m": false, "-21600s": false, "6 h ago": false, "-PT6H": false, " -6h": false, "-6H": false, "-7d": true, "-168h": false,
		"2026-11-22T08:23:00Z": true, "2026-11-22T08:23Z": false, "2026-11-22T08:23:00+00:00": false, "2026-11-22T09:23:00+01:00": false, "today": false,
	} {
		_, err := liveRange(url.Values{"from": {from}, "to": {"now"}}, pages.HealthReaches(), now)
		if (err == nil) != followed {
			t.Errorf("%q: got %v, want it followed: %v", from, err, followed)
		}
	}
}
