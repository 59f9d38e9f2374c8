package components_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
)

var start = time.Date(2026, 3, 5, 14, 0, 0, 0, time.UTC)

// series makes a sample a minute; a negative value is a gap.
func series(values ...float64) monitor.Series {
	var out monitor.Series

	for i, v := range values {
		p := monitor.Point{At: start.Add(time.Duration(i+1) * time.Minute)}
		if v >= 0 {
			p.Value = &v
		}

		out = append(out, p)
	}

	return out
}

func chart(values monitor.Series) components.Chart {
	return components.Chart{Title: "Used", Label: "Used", From: start, Until: start.Add(10 * time.Minute), Values: values, Now: start}
}

func TestAGapIsNeverBridged(t *testing.T) {
	t.Parallel()

	line := path(t, chart(series(1, 2, -1, -1, 5, 6)).Draw(), "line")
	if line != "M100.0 83.3L200.0 66.7M500.0 16.7L600.0 0.0" {
		t.Errorf("the line is %s, want M100.0 83.3L200.0 66.7M500.0 16.7L600.0 0.0", line)
	}

	area := path(t, chart(series(1, 2, -1, -1, 5, 6)).Draw(), "area")
	if strings.Count(area, "M") != 2 || strings.Count(area, "Z") != 2 {
		t.Errorf("the area is %s, want two, each closed", area)
	}
}

func TestSamplesThatAreMissingAreAGap(t *testing.T) {
	t.Parallel()

	values := series(1, 2, 3, 4, 5, 6, 7, 8)
	values = append(values[:3:3], values[7:]...)

	if line := path(t, chart(values).Draw(), "line"); strings.Count(line, "M") != 2 {
		t.Errorf("the line is %s, want two strokes", line)
	}
}

func TestALoneSampleIsADot(t *testing.T) {
	t.Parallel()

	if line := path(t, chart(series(-1, 3, -1)).Draw(), "line"); line != "M200.0 25.0h0" {
		t.Errorf("the line is %s, want M200.0 25.0h0", line)
	}
}

func TestNothingToDraw(t *testing.T) {
	t.Parallel()

	for name, values := range map[string]monitor.Series{"no samples": nil, "only gaps": series(-1, -1, -1)} {
		text := draw(t, chart(values).Draw())
		if !strings.Contains(text, `aria-label="Used: no data"`) {
			t.Errorf("%s: it does not say so", name)
		}

		if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
			t.Errorf("%s: drawn from nothing", name)
		}
	}
}

func TestAChartSaysWhatItShows(t *testing.T) {
	t.Parallel()

	text := draw(t, chart(series(3, 1, -1, 4)).Draw())
	if want := `aria-label="Used: between 1 and 4, last 4; no data for 25% of it"`; !strings.Contains(text, want) {
		t.Errorf("%s is not in %s", want, text)
	}
}

func TestTheTableHasTheNumbersOfTheChart(t *testing.T) {
	t.Parallel()

	c := chart(series(1, 2, -1, 4, 5, 6, 7, 8, 9, 10))
	c.Limit, c.LimitLabel = series(8, 8, -1, 8, 8, 8, 8, 8, 8, 8), "Limit"
	text := draw(t, c.Draw())

	if n := strings.Count(text, "<tr>"); n < 11 || n > 61 {
		t.Errorf("the table has %d rows, want 11 to 61", n)
	}

	for _, want := range []string{">10</td>", ">no data</td>", ">Limit</th>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not there", want)
		}
	}
}

func TestALongSeriesIsThinnedOutInTheTable(t *testing.T) {
	t.Parallel()

	values := make([]float64, 3000)
	c := chart(series(values...))
	c.Until = start.Add(3000 * time.Minute)

	if n := strings.Count(draw(t, c.Draw()), "<tr>"); n > 61 {
		t.Errorf("the table has %d rows, want at most 61", n)
	}
}

func TestTheAxisEndsAtARoundNumberAboveTheHighest(t *testing.T) {
	t.Parallel()

	for highest, want := range map[float64]string{0: "2", 1: "2", 7: "8", 9: "10", 57: "60", 61: "80", 101: "120", 999: "1,000", 1001: "1,200"} {
		text := draw(t, chart(series(highest)).Draw())
		if !regexp.MustCompile(`class="scale"[^>]*><span>` + want + `</span>`).MatchString(text) {
			t.Errorf("%v: the axis does not end at %s", highest, want)
		}
	}
}

func TestExtent(t *testing.T) {
	t.Parallel()

	if got := components.Extent(series(12, -1, 812, 3)); got != "3 ms to 812 ms" {
		t.Errorf("got %q, want 3 ms to 812 ms", got)
	}

	if got := components.Extent(series(-1)); got != "" {
		t.Errorf("of nothing: %q, want nothing", got)
	}
}

func TestABarStaysWithinItsPlace(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, `width="0.00%"`}, {57, 60, `width="95.00%"`}, {7, 5, `x="71.43%"`}, {-1, 5, `width="0.00%"`}} {
		text := draw(t, components.Bar("a", c.part, c.whole, components.OK))
		if !strings.Contains(text, c.want) {
			t.Errorf("%d of %d: %s is not in %s", c.part, c.whole, c.want, text)
		}
	}
}

// TestALimitIsDrawnInSteps: it holds until it is another one, and no longer than anybody saw it.
func TestALimitIsDrawnInSteps(t *testing.T) {
	t.Parallel()

	c := chart(series(1, 2, 3, 4, 5, 6, 7))
	c.Limit, c.LimitLabel = series(8, 8, 4, 4, -1, 6, 8), "Limit"

	if got, want := path(t, c.Draw(), "limit"), "M100.0 0.0H300.0V50.0H500.0M600.0 25.0H700.0V0.0H800.0"; got != want {
		t.Errorf("the limit is %s, want %s", got, want)
	}
}

// TestALimitHasItsStepsWhereItWasSet, as far as it was seen at all: samples tell of a step later, and not of all.
func TestALimitHasItsStepsWhereItWasSet(t *testing.T) {
	t.Parallel()

	c := chart(series(1, 2, 3, 4, 5, 6, 7))
	c.Limit, c.LimitLabel = series(8, 8, 4, 4, -1, 6, 6), "Limit"

	set := func(after time.Duration, value float64) monitor.Point {
		return monitor.Point{At: start.Add(after), Value: &value}
	}
	c.LimitRecord = monitor.Series{
		set(-time.Hour, 8), set(90*time.Second, 2), set(2*time.Minute, 8), set(150*time.Second, 4), set(330*time.Second, 6), set(time.Hour, 2),
	}

	if got, want := path(t, c.Draw(), "limit"), "M100.0 0.0H150.0V75.0H200.0V0.0H250.0V50.0H500.0M600.0 25.0H800.0"; got != want {
		t.Errorf("the limit is %s, want %s", got, want)
	}
}

// TestMarksStandOnTheLine, between two of its points, and on the axis where nothing was seen.
func TestMarksStandOnTheLine(t *testing.T) {
	t.Parallel()

	c := chart(series(2, 4, -1, 4))
	for i, at := range []time.Duration{90 * time.Second, 3 * time.Minute, 4 * time.Minute, 9 * time.Minute} {
		c.Marks = append(c.Marks, components.Mark{At: start.Add(at), Text: "Mark " + string(rune('a'+i)), URL: "/history/1", Kind: components.MarkWindow})
	}

	text := draw(t, c.Draw())
	for _, want := range []string{`<svg x="15.0%" y="25%"`, `<svg x="30.0%" y="100%"`, `<svg x="40.0%" y="0%"`, `<svg x="90.0%" y="100%"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}

	// Three are listed, the others folded.
	if listed, _, folded := strings.Cut(text, "<summary>1 more</summary>"); !folded || strings.Count(listed, "<li>") != 3 || strings.Count(text, "<li>") != 4 {
		t.Errorf("want three in the list, and one that is folded: %s", text)
	}
}

func path(t *testing.T, c templ.Component, class string) string {
	t.Helper()

	match := regexp.MustCompile(`<path class="` + class + `" d="([^"]*)"`).FindStringSubmatch(draw(t, c))
	if match == nil {
		t.Fatalf("there is no path %s", class)
	}

	return match[1]
}

func draw(t *testing.T, c templ.Component) string {
	t.Helper()

	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	return out.String()
}

func TestTheTableKeepsTheHighestOfEachSpan(t *testing.T) {
	t.Parallel()

	values := make([]float64, 240)
	for i := range values {
		values[i] = 10
	}

	values[121] = 50 // Between two rows of the table.

	c := chart(series(values...))
	c.Until = start.Add(239 * time.Minute)
	text := draw(t, c.Draw())

	if !strings.Contains(text, "between 10 and 50, last 10") {
		t.Errorf("the summary is not of the whole, want between 10 and 50, last 10: %s", text)
	}

	if !strings.Contains(text, ">50</td>") {
		t.Error("the table does not hold the highest value that the summary names")
	}
}

// TestLineSummaryAndTableAreReducedAlike has a minute at 50 that lies between two rows, and one at 2 that
// no row can show.
func TestLineSummaryAndTableAreReducedAlike(t *testing.T) {
	t.Parallel()

	values := make([]float64, 721)
	for i := range values {
		values[i] = 10
	}

	values[361], values[400] = 50, 2
	c := chart(series(values...))
	c.Until = start.Add(720 * time.Minute)

	for name, drawn := range map[string]string{
		"chart":     draw(t, c.Draw()),
		"sparkline": draw(t, components.Sparkline("Used", "", c.Values)) + draw(t, components.Numbers("Used", "", c.Values)),
	} {
		lines := regexp.MustCompile(`<path class="line" d="([^"]*)"`).FindStringSubmatch(drawn)
		rows := regexp.MustCompile(`<td class="num">([^<]*)</td>`).FindAllStringSubmatch(drawn, -1)
		highest, lowest := 0, 0

		for _, row := range rows {
			switch row[1] {
			case "50":
				highest++
			case "10":
				lowest++
			default:
				t.Errorf("%s: a row says %s, want 50 or 10", name, row[1])
			}
		}

		if !strings.Contains(drawn, `aria-label="Used: between 10 and 50, last 10"`) || highest != 1 || lowest != len(rows)-1 {
			t.Errorf("%s: summary and table differ, %d rows of 50 and %d of 10, want 1 and %d: %s", name, highest, lowest, len(rows)-1, drawn)
		}

		if points := strings.Count(lines[1], "L") + 1; points > 4*len(rows)+1 || strings.Count(lines[1], "M") != 1 {
			t.Errorf("%s: the line has %d points in %d rows, want at most %d unbroken: %s", name, points, len(rows), 4*len(rows)+1, lines[1])
		}
	}
}

func TestALongGapIsTheTimeThatItLasts(t *testing.T) {
	t.Parallel()

	values := series(1, 1, -1, 1, 1)
	for i := range values[3:] {
		values[3+i].At = values[3+i].At.Add(15 * time.Minute)
	}

	c := chart(values)
	c.Until = start.Add(20 * time.Minute)

	if text := draw(t, c.Draw()); !strings.Contains(text, "no data for 80% of it") {
		t.Errorf("got %s, want no data for 80%% of it", text)
	}
}
