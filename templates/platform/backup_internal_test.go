package platform

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/templates/components"
)

func TestHealthShowsHowBackupsDo(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	last := now.Add(-2 * time.Hour)

	for _, test := range []struct {
		backup Backup
		state  components.State
		says   []string
	}{
		{Backup{Now: now}, components.Busy, []string{"None made yet", "none yet"}},
		{Backup{LastAt: &last, Now: now}, components.OK, []string{"Made", "2 h ago"}},
		{Backup{LastAt: &last, Error: "There is no room.", Now: now}, components.Warn, []string{"Failing", "2 h ago", "There is no room.", "every five minutes"}},
	} {
		var page strings.Builder
		if err := HealthLive(Health{Backup: &test.backup}).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}

		_, card, _ := strings.Cut(page.String(), "console-backups")

		for _, want := range test.says {
			if !strings.Contains(card, want) || test.backup.state() != test.state {
				t.Errorf("%+v: %s without %q: %s", test.backup, test.backup.state(), want, card)
			}
		}
	}
}
