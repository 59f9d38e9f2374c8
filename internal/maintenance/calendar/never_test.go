package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// TestARuleThatNeverComesEnds looks for dates of rules that have none, or have one in
// decades.
func TestARuleThatNeverComesEnds(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]int{
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31":             0,
		"FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31":          0,
		"FREQ=MONTHLY;INTERVAL=12;BYMONTH=5":              0,
		"FREQ=DAILY;INTERVAL=7;BYDAY=MO":                  0,
		"FREQ=MONTHLY;INTERVAL=1000;BYMONTH=4":            0,
		"FREQ=DAILY;UNTIL=20200101":                       0,
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO":    3,
		"FREQ=YEARLY;INTERVAL=99":                         2,
		"FREQ=YEARLY;INTERVAL=1000":                       1,
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU,SA": 7,
	} {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)

			continue
		}

		if got := walls(t, rule, first(), 1000); len(got) != want {
			t.Errorf("%s: got %d dates, want %d: %v", text, len(got), want, got)
		}
	}
}

// never are rules without a date, of each FREQ, with as much to look through as there can be.
func never() []string {
	weekdays := "MO,TU,WE,TH,FR,SA,SU"

	return []string{
		"FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=DAILY;BYMONTH=2;INTERVAL=7;BYDAY=MO,WE,TH,FR,SA,SU",
		"FREQ=MONTHLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31;BYDAY=" + weekdays,
		"FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31,-30,-31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=31",
		"FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO;BYSETPOS=60",
	}
}

// TestARuleThatNeverComesCostsWhatItsDaysDo counts the days that are looked at for rules that never
// come, or may not: those of a hundred years at most, and each once.
func TestARuleThatNeverComesCostsWhatItsDaysDo(t *testing.T) {
	t.Parallel()

	most := map[string]int{"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}

	for _, text := range never() {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}

		days := 0

		for range rule.Periods(first()) {
			freq, _, _ := strings.Cut(strings.TrimPrefix(text, "FREQ="), ";")
			days += most[freq]
		}

		if hundredYears := 101 * 372; days == 0 || days > hundredYears {
			t.Errorf("%s: %d days are looked at, wanted %d at most", text, days, hundredYears)
		}
	}
}

// BenchmarkARuleThatNeverComes also tells how many dates of a plain rule could be had in that
// time: in one run, so that it says the same on a machine that is busy.
func BenchmarkARuleThatNeverComes(b *testing.B) {
	plain, err := calendar.ParseRule("FREQ=DAILY")
	if err != nil {
		b.Fatal(err)
	}

	for _, text := range never() {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			b.Fatal(err)
		}

		b.Run(text, func(b *testing.B) {
			begun := time.Now()

			if _, err := plain.Next(first(), "Europe/Berlin", 10_000); err != nil {
				b.Fatal(err)
			}

			date := time.Since(begun) / 10_000

			for b.Loop() {
				if _, err := rule.Next(first(), "Europe/Berlin", 1); err != nil {
					b.Fatal(err)
				}
			}

			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(date), "dates-of-a-plain-rule/op")
		})
	}
}
