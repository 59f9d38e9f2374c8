package windows

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

func TestTheReviewSaysWhatAlertmanagerDoesNotTell(t *testing.T) {
	t.Parallel()

	const untold = "When one ends during the window, nobody is told of that"

	for _, c := range []struct {
		count alertmanager.Alerts
		want  bool
	}{
		{alertmanager.Alerts{}, false},
		{alertmanager.Alerts{Matching: 2, Silenced: 2}, false}, // whoever silenced them knows
		{alertmanager.Alerts{Matching: 2, Silenced: 1}, true},
		{alertmanager.Alerts{Matching: 1}, true},
	} {
		if text := (AlertsNow{Count: &c.count}).line().Text; strings.Contains(text, untold) != c.want {
			t.Errorf("of %+v it says %q", c.count, text)
		}
	}
}

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
