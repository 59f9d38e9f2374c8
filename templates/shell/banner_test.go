package shell_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/templates/shell"
)

func TestTheBannerTellsWhatIsToCome(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	from, until := now.Add(2*time.Hour), now.Add(3*time.Hour)

	var page strings.Builder
	if err := shell.Live(nil, nil, &shell.Banner{Title: "An upgrade", From: &from, Until: &until}, nil, now).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{"in 2 h · 14:00 UTC", "in 3 h · 15:00 UTC"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%s\nwant it with %q", page.String(), want)
		}
	}
}
