package ops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

func TestReadDuration(t *testing.T) {
	t.Parallel()

	const day = 24 * time.Hour

	for text, want := range map[string]time.Duration{
		"P7D": 7 * day, "PT007H": 7 * time.Hour, // the contract's
		"P1Y": 365 * day, "P1Y35DT1H": 400*day + time.Hour, "P1DT1H0.001S": 25*time.Hour + time.Millisecond, // pydantic's
		"P52W": 364 * day, "P4W2D": 30 * day, "P1.5D": 36 * time.Hour, "PT0,5S": 500 * time.Millisecond, "P0.5W": 84 * time.Hour,
		"P292Y": 292 * 365 * day,
	} {
		if got, err := ops.ReadDuration(text); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}

	for _, text := range []string{
		"", "P", "PT", "P1YT", "P1M", "P1Y2M", "P1M1D", "p1y", "-P1D", "+P1Y", "P1.5Y", "P1.5DT1H", "P1.D", "P.5D", "P1W1Y", "P1Y ", "P٣Y",
		"P300Y", "P999999999Y", "1 week",
	} {
		if got, err := ops.ReadDuration(text); err == nil {
			t.Errorf("%q passes for %s", text, got)
		}
	}

	if _, err := ops.ReadDuration(strings.Repeat("P", 1<<16)); err == nil || len(err.Error()) > 200 {
		t.Errorf("got %.300v, want an error of 200 bytes at most", err)
	}
}

func TestDurationsMeanTheSameInAnySpelling(t *testing.T) {
	t.Parallel()

	section, err := ops.SectionOf(ops.SectionLifecycle)
	if err != nil {
		t.Fatal(err)
	}

	field, _ := section.Field("mapping.max_ttl")

	for _, same := range [][2]string{{"P1Y", "P365D"}, {"P52W", "P364D"}, {"P4W2D", "P30D"}, {"P1M", "P1M"}} {
		if !field.Equal(same[0], same[1]) {
			t.Errorf("%s is not %s", same[0], same[1])
		}
	}

	if field.Equal("P1M", "P30D") || field.Equal("P1M", "P31D") {
		t.Error("a month has a definite length")
	}

	after := ops.Values{"mapping.default_ttl": "P366D", "mapping.max_ttl": "P1Y"}
	if errs := section.CheckBetween(after); len(errs) != 1 || errs[0].Type != "greater_than_max_ttl" {
		t.Errorf("got %v, want 366 days above a year", errs)
	}

	// Beside a value that is set, it is enough that the others of the group can be read.
	if errs := section.CheckChanged(after, []string{"mapping.default_ttl"}); len(errs) != 1 || errs[0].Type != "greater_than_max_ttl" {
		t.Errorf("got %v, want 366 days above a year alone", errs)
	}

	if errs := section.CheckChanged(after, []string{"mapping.max_ttl"}); len(errs) != 2 {
		t.Errorf("got %v, want the spelling of what is set refused too", errs)
	}
}

// grammarian is a control plane that holds to the contract's grammar.
type grammarian struct {
	ops.Service

	got []ops.LifecycleUpdate
}

func (g *grammarian) UpdateLifecycleConfig(_ context.Context, u ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	g.got = append(g.got, u)

	return ops.LifecycleUpdated{Updated: true}, u.Validate()
}

// TestWhatWasHeldIsSpelledInTheGrammarWhereNothingElseIsTaken writes a year back to a control
// plane that takes no years.
func TestWhatWasHeldIsSpelledInTheGrammarWhereNothingElseIsTaken(t *testing.T) {
	t.Parallel()

	section, err := ops.SectionOf(ops.SectionLifecycle)
	if err != nil {
		t.Fatal(err)
	}

	plane := &grammarian{}

	err = section.Write(t.Context(), plane, ops.Values{"mapping.max_ttl": "P30D"}, ops.Values{"mapping.max_ttl": "P1Y"})
	if err != nil || len(plane.got) != 2 || *plane.got[0].Mapping.MaxTTL != "P1Y" || *plane.got[1].Mapping.MaxTTL != "P365D" {
		t.Errorf("got %v, %d writes, want P1Y, and P365D when that is refused", err, len(plane.got))
	}

	plane.got = nil

	err = section.Write(t.Context(), plane, ops.Values{"mapping.max_ttl": "P30D"}, ops.Values{"mapping.max_ttl": "P1M"})
	if len(ops.FieldErrors(err)) != 1 || len(plane.got) != 1 {
		t.Errorf("got %v, %d writes, want one that is refused: nobody knows how long a month is", err, len(plane.got))
	}
}
