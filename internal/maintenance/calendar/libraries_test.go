package calendar_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

const stamp = "20060102T150405"

// answer is what python-dateutil and ical4j make of a rule: ./task compare:recurrence writes it.
type answer struct {
	Zone  string `json:"zone"`
	Start string `json:"start"`
	Rule  string `json:"rule"`
	// Dates are those of python-dateutil, Ical4j those of ical4j where it has others.
	Dates  string `json:"dates"`
	Ical4j string `json:"ical4j"`
	// Why is the section of RFC 5545 for which the dates of ical4j are not ours.
	Why string `json:"why"`
}

func answers(t *testing.T) (all []answer) {
	t.Helper()

	file, err := os.Open("testdata/recurrence.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}

	for lines := json.NewDecoder(bufio.NewReader(packed)); lines.More(); {
		var one answer
		if err := lines.Decode(&one); err != nil {
			t.Fatal(err)
		}

		all = append(all, one)
	}

	return all
}

// TestDatesAreThoseOfOtherLibraries holds the dates of rules in every zone to what two libraries
// in other languages have: rules of every kind, from ordinary times and from such as clocks skip
// or repeat. Where ical4j has others, decision 99 says why those are not followed.
func TestDatesAreThoseOfOtherLibraries(t *testing.T) {
	t.Parallel()

	zones, whys := map[string]bool{}, map[string]int{}

	for _, one := range answers(t) {
		zones[one.Zone] = true
		whys[one.Why]++

		if one.Why == "" != (one.Ical4j == "") {
			t.Errorf("%+v: it is not said whom to follow", one)
		}

		if got := one.ours(t); got != one.Dates {
			t.Errorf("%s from %s in %s\ngot    %s\nwanted %s\nIf the rules of the zones are new: ./task compare:recurrence", one.Rule, one.Start, one.Zone, got, one.Dates)
		}
	}

	for _, name := range calendar.Zones() {
		if !zones[name] {
			t.Errorf("no rule in %s", name)
		}
	}

	for _, why := range []string{"", "3.3.5 gap", "3.3.5 fold", "3.3.10 BYMONTH"} {
		if whys[why] < 10 {
			t.Errorf("%q is the reason of %d cases: there should be more", why, whys[why])
		}
	}
}

// ours are as many dates as the libraries were asked for, up to where they stop.
func (a answer) ours(t *testing.T) string {
	t.Helper()

	rule, err := calendar.ParseRule(a.Rule)
	start, startErr := time.Parse(stamp, a.Start)

	if err != nil || startErr != nil {
		t.Fatalf("%s from %s: %v, %v", a.Rule, a.Start, err, startErr)
	}

	var dates []string

	for o := range rule.From(start, calendar.Location(a.Zone)) {
		if len(dates) == 8 || o.StartsAt.Year() >= 2060 {
			break
		}

		dates = append(dates, o.StartsAt.UTC().Format(stamp)+"Z")
	}

	return strings.Join(dates, " ")
}

// TestDatesFollowRFC5545 holds the dates that both libraries are compared with to the words of the
// RFC: each shows the time of the start, but for a time that does not exist, which is read with
// the offset before the gap; of one that is shown twice it is the first.
func TestDatesFollowRFC5545(t *testing.T) {
	t.Parallel()

	kinds := map[humantime.Kind]int{}

	for _, one := range answers(t) {
		loc := calendar.Location(one.Zone)
		start, _ := time.Parse(stamp, one.Start)

		for text := range strings.FieldsSeq(one.Dates) {
			at, err := time.Parse(stamp+"Z", text)
			if err != nil {
				t.Fatal(err)
			}

			shown := calendar.Wall(at, loc)
			_, before := at.Add(-24 * time.Hour).In(loc).Zone()
			reading := humantime.Resolve(shown, loc)

			switch kinds[reading.Kind]++; {
			case reading.Kind == humantime.Twice && !reading.At.Equal(at):
				t.Errorf("%s from %s in %s: %s is the second", one.Rule, one.Start, one.Zone, text)
			case shown.Format("1504") == start.Format("1504"):
			default: // it has to be one that is skipped
				meant := at.Add(time.Duration(before) * time.Second)
				if got := humantime.Resolve(meant, loc); got.Kind != humantime.Skipped || !got.At.Equal(at) || meant.Format("1504") != start.Format("1504") {
					t.Errorf("%s from %s in %s: %s shows %s", one.Rule, one.Start, one.Zone, text, shown.Format("15:04"))
				}

				kinds[humantime.Skipped]++
			}
		}
	}

	if kinds[humantime.Skipped] < 500 || kinds[humantime.Twice] < 500 {
		t.Errorf("%d dates are skipped, %d come twice: there should be more", kinds[humantime.Skipped], kinds[humantime.Twice])
	}
}
