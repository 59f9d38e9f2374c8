package components_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

func strip(t *testing.T, spans []monitor.StatusSpan, from, until time.Time) string {
	t.Helper()

	var out strings.Builder
	if err := components.Strip("database", spans, from, until).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}

	return out.String()
}

// TestAStripOfManySpansShowsTheWorstOfEachStep: a component that comes and goes all month weighs no more than a line of its latency, and
// no failure of a second is lost between two steps.
func TestAStripOfManySpansShowsTheWorstOfEachStep(t *testing.T) {
	t.Parallel()

	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	until := from.Add(30 * 24 * time.Hour)

	var spans []monitor.StatusSpan

	for i := range 8000 {
		s := monitor.StatusSpan{
			Status: ops.ComponentConnected, Since: from.Add(time.Duration(i) * 5 * time.Minute), Until: from.Add(time.Duration(i+1) * 5 * time.Minute),
		}

		switch {
		case i%2 == 1:
			s.Status = ops.ComponentSlow
		case i == 4000:
			s.Status, s.Until = ops.ComponentUnreachable, s.Since.Add(time.Second)
		}

		if i < 3000 || i >= 3500 {
			spans = append(spans, s)
		}
	}

	page := strip(t, spans, from, until)
	if n := strings.Count(page, "<rect "); n < 3 || n > 240 || len(page) > 40_000 {
		t.Errorf("got %d cells in %d bytes, want at most 240", n, len(page))
	}

	if strings.Count(page, "Unreachable at worst: ") != 1 || strings.Count(page, `data-state="bad"`) != 1 {
		t.Errorf("the failure of a second is not seen\n%.2000s", page)
	}

	if !strings.Contains(page, "unreachable for 1 s") {
		t.Errorf("the words are of the steps, not of what was seen\n%.500s", page)
	}

	// Few are drawn as they were.
	if few := strip(t, spans[:100], from, until); strings.Count(few, "<rect ") != 100 || strings.Contains(few, "at worst") {
		t.Errorf("few spans are not drawn each\n%.500s", few)
	}
}

// TestAStepIsDrawnOnce also where its spans are told in other zones.
func TestAStepIsDrawnOnce(t *testing.T) {
	t.Parallel()

	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

	var spans []monitor.StatusSpan

	for i := range 1000 { // of two minutes, in steps of hours
		s := monitor.StatusSpan{Status: ops.ComponentConnected, Since: from.Add(time.Duration(i) * 2 * time.Minute), Until: from.Add(time.Duration(i+1) * 2 * time.Minute)}
		if i%2 == 1 {
			s.Status, s.Since = ops.ComponentSlow, s.Since.In(time.FixedZone("CET", 3600))
		}

		spans = append(spans, s)
	}

	page := strip(t, spans, from, from.Add(30*24*time.Hour))
	if n := strings.Count(page, "<rect "); n != 1 || !strings.Contains(page, "Slow at worst: ") {
		t.Errorf("got %d cells, want one that is slow at worst\n%.1000s", n, page)
	}
}

// TestAStripCountsWhatLiesInItsTime and nothing of what went on after it.
func TestAStripCountsWhatLiesInItsTime(t *testing.T) {
	t.Parallel()

	from := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	spans := []monitor.StatusSpan{{Status: ops.ComponentConnected, Since: from.Add(-time.Hour), Until: from.Add(5 * time.Hour)}}

	if page := strip(t, spans, from, from.Add(time.Hour)); !strings.Contains(page, "in 1 h: connected for 1 h") {
		t.Errorf("got %.300s, want connected for the hour", page)
	}
}
