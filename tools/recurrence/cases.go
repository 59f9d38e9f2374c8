package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

const (
	// casesPerZone is how many rules each zone is asked about.
	casesPerZone = 10
	// datesPerCase is how many dates each library is asked for.
	datesPerCase = 8
	// seed has the same cases each time.
	seed = 5545
	// stamp is a date and time of RFC 5545, section 3.3.5.
	stamp = "20060102T150405"
)

// Case is a rule and the local time that it counts from.
type Case struct {
	Zone  string `json:"zone"`
	Start string `json:"start"`
	Rule  string `json:"rule"`
}

func writeCases(out io.Writer) error {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same each time is what is wanted
	lines := json.NewEncoder(out)

	for _, name := range calendar.Zones() {
		loc, err := calendar.Zone(name)
		if err != nil {
			return err
		}

		z := zone{random, name, loc, changes(loc)}

		for i := range casesPerZone {
			if err := lines.Encode(z.newCase(i)); err != nil {
				return fmt.Errorf("write the cases: %w", err)
			}
		}
	}

	return nil
}

// The years that the cases are about: those that the compiled files have each change of.
const firstYear, years = 2026, 8

// change is when clocks skip or repeat what they show from one time to another.
type change struct{ from, until time.Time }

func changes(loc *time.Location) (all []change) {
	offsets := humantime.Offsets(loc, year(firstYear), year(firstYear+years))

	for i := 1; i < len(offsets); i++ {
		at := offsets[i].From
		before, after := at.Add(time.Duration(offsets[i-1].Seconds)*time.Second), at.Add(time.Duration(offsets[i].Seconds)*time.Second)

		if after.Before(before) {
			before, after = after, before
		}

		all = append(all, change{before, after})
	}

	return all
}

func year(y int) time.Time { return time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC) }

// zone makes cases of a zone.
type zone struct {
	*rand.Rand

	name    string
	loc     *time.Location
	changes []change
}

// newCase is one that begins in a gap or a fold, meets one, or has nothing of the kind.
func (z zone) newCase(i int) Case {
	for {
		at := year(firstYear).Add(z.upTo(year(firstYear + years).Sub(year(firstYear))))
		met := len(z.changes) > 0 && i%5 > 0

		if met {
			c := z.changes[z.IntN(len(z.changes))]
			at = c.from.Add(z.upTo(c.until.Sub(c.from)))
		}

		text := z.rule(at)

		first := at
		if !met || z.IntN(2) == 0 {
			first = at.AddDate(0, 0, -z.IntN(60))
		}

		rule, err := calendar.ParseRule(text)
		if err != nil {
			continue
		}

		for o := range rule.From(first, z.loc) { // a series begins with a date of its rule
			start, _ := time.Parse(calendar.WallLayout, o.Wall)

			return Case{z.name, start.Format(stamp), text + z.end(rule, start)}
		}
	}
}

// upTo are whole minutes, fewer than that.
func (z zone) upTo(most time.Duration) time.Duration {
	return time.Duration(z.Int64N(int64(most/time.Minute))) * time.Minute
}

// end is how the rule ends: not, by a count, or by a moment, which is often that of a date.
func (z zone) end(rule calendar.Rule, start time.Time) string {
	n := 1 + z.IntN(datesPerCase)

	switch z.IntN(4) {
	case 0:
		return fmt.Sprintf(";COUNT=%d", n)
	case 1:
		var last time.Time
		for o := range rule.From(start, z.loc) {
			if last, n = o.StartsAt, n-1; n == 0 {
				break
			}
		}

		return ";UNTIL=" + last.Add(time.Duration(z.IntN(3)-1)*time.Second).UTC().Format(stamp) + "Z"
	default:
		return ""
	}
}
