package announce_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAtomOfAWindowOfWhichMuchIsTold has the newest of what is alike, what is told but once, and what is told of others.
func TestAtomOfAWindowOfWhichMuchIsTold(t *testing.T) {
	t.Parallel()

	const many, newest = 200, 10

	busy, all := story(storyLength - 2)
	other := window("other", maintenance.Announced, noon.Add(48*time.Hour))
	all = append(all, maintenance.Event{ID: 20, Kind: maintenance.EventAnnounced, At: noon.Add(-72 * time.Hour), Window: other})

	for i := range int64(many) {
		at := noon.Add(3*time.Hour + time.Duration(i)*time.Second)
		all = append(
			all,
			maintenance.Event{ID: 100 + 2*i, Kind: maintenance.EventExtended, At: at, Window: busy, WasStartsAt: &busy.StartsAt, WasEndsAt: &busy.EndsAt},
			maintenance.Event{ID: 101 + 2*i, Kind: maintenance.EventUpdated, At: at, Window: busy, Severity: maintenance.SeverityInfo, Text: fmt.Sprint("Step ", i)},
		)
	}

	f := feed(t, announce.View([]maintenance.Window{busy, other}, all, ops.Healthy, noon.Add(4*time.Hour), page))

	told, titles := map[string]int{}, map[string]bool{}
	for _, e := range f.Entries {
		told[e.Categories[0].Label]++
		titles[e.Title] = true
	}

	for label, want := range map[string]int{"Update": newest, "Extended": newest, "Announced": 2, "Moved": 1, "Under way": 1} {
		if told[label] != want {
			t.Errorf("there are %d entries %q, want %d; in all %v", told[label], label, want, told)
		}
	}

	for _, step := range []int{many - 1, many - newest} {
		if title := fmt.Sprint("Update: Storage, Step ", step); !titles[title] {
			t.Errorf("%q is not told, want the newest %d", title, newest)
		}
	}
}
