package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// part is a part of a rule, and what its words have to name of it.
type part struct {
	text  string
	named []string
}

// randomRule puts together a rule that is taken mostly.
func randomRule(r *rand.Rand) []part {
	pick := func(of ...part) part { return of[r.IntN(len(of))] }
	none := part{}

	freq := pick(part{"FREQ=DAILY", []string{"every"}}, part{"FREQ=WEEKLY", []string{"every"}}, part{"FREQ=MONTHLY", []string{" of "}}, part{"FREQ=YEARLY", []string{" year"}})
	parts := []part{
		freq,
		pick(none, none, part{"INTERVAL=1", nil}, part{"INTERVAL=2", []string{"second"}}, part{"INTERVAL=3", []string{"third"}}, part{"INTERVAL=11", []string{"11th"}}),
		pick(none, none, part{"COUNT=1", []string{"once"}}, part{"COUNT=4", []string{"4 times"}}, part{"UNTIL=20281105", []string{"until 5 November 2028"}}),
		pick(none, none, part{"BYMONTH=3", []string{"March"}}, part{"BYMONTH=2,7", []string{"February", "July"}}, part{"BYMONTH=12,1,12", []string{"January", "December"}}),
	}

	switch days := []part{
		{"BYDAY=TU", []string{"Tuesday"}},
		{"BYDAY=SU,TU", []string{"Tuesday", "Sunday"}},
		{"BYDAY=MO,TU,WE,TH,FR", []string{"weekday"}},
		{"BYDAY=MO,TU,WE,TH,FR,SA,SU", []string{"day"}},
	}; freq.text {
	case "FREQ=DAILY", "FREQ=WEEKLY":
		parts = append(parts, pick(append(days, none)...), pick(none, part{"WKST=MO", nil}, part{"WKST=SU", nil}, part{"WKST=WE", nil}))
	default:
		switch r.IntN(4) {
		case 0:
			parts = append(parts, pick(none,
				part{"BYDAY=2TU", []string{"second Tuesday"}}, part{"BYDAY=-1FR,+1SA", []string{"last Friday", "first Saturday"}},
				part{"BYDAY=5MO", []string{"fifth Monday", "if there is one"}}, part{"BYDAY=-5SU", []string{"fifth to last Sunday", "if there is one"}}))
		case 1:
			parts = append(parts, pick(days...), pick(none,
				part{"BYSETPOS=1", []string{"first"}}, part{"BYSETPOS=-1,2", []string{"last", "second"}}, part{"BYSETPOS=-3", []string{"third to last"}},
				part{"BYSETPOS=5", []string{"fifth"}}))
		default:
			parts = append(parts, pick(
				part{"BYMONTHDAY=1", []string{"1st"}}, part{"BYMONTHDAY=-1", []string{"last day"}}, part{"BYMONTHDAY=13,-2", []string{"13th", "second to last day"}},
				part{"BYMONTHDAY=30", []string{"30th"}}, part{"BYMONTHDAY=31,2", []string{"31st", "2nd"}}, part{"BYMONTHDAY=-31", []string{"31st to last"}}),
				pick(none, none, days[0], days[1]))
		}
	}

	parts = slices.DeleteFunc(parts, func(p part) bool { return p.text == "" })
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })

	return parts
}

func ruleText(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}

	return strings.Join(texts, ";")
}

// TestWordsNameEveryPartOfARule also wants rules that are said alike to have the same
// dates: what differs must be said.
func TestWordsNameEveryPartOfARule(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(5545, 1))
	seen, taken := map[string][2]string{}, 0

	for range 2500 {
		parts := randomRule(random)
		text := ruleText(parts)

		rule, err := calendar.ParseRule(text)
		if err != nil {
			continue
		}

		taken++
		words := rule.Words(first(), "Europe/Berlin")

		for _, p := range parts {
			for _, name := range p.named {
				if !strings.Contains(words, name) {
					t.Errorf("%s: %q does not name %s: %s", text, words, p.text, name)
				}
			}
		}

		said, dates := words+rule.WeekNote(), fmt.Sprint(walls(t, rule, first(), 40))
		if other, ok := seen[said]; ok && other[1] != dates {
			t.Errorf("%q is said of %s and of %s, which have other dates:\n%s\n%s", said, text, other[0], dates, other[1])
		}

		seen[said] = [2]string{text, dates}
	}

	if taken < 1500 || len(seen) < 500 {
		t.Errorf("%d rules were taken, and %d said: there should be more", taken, len(seen))
	}
}

// walls are the first dates of a rule.
func walls(t *testing.T, rule calendar.Rule, first time.Time, n int) []string {
	t.Helper()

	dates, err := rule.Next(first, "UTC", n)
	if err != nil {
		t.Fatal(err)
	}

	out := make([]string, len(dates))
	for i, o := range dates {
		out[i] = o.Wall
	}

	return out
}
