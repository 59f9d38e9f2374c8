package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// first is a Tuesday, ten in the evening in Berlin.
func first() time.Time { return time.Date(2026, 3, 3, 21, 0, 0, 0, time.UTC) }

func TestRulesAreSaidInWords(t *testing.T) {
	t.Parallel()

	for rule, want := range map[string]string{
		"FREQ=DAILY":                                    "every day at 22:00 Europe/Berlin",
		"FREQ=DAILY;INTERVAL=3":                         "every third day at 22:00 Europe/Berlin",
		"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR":               "every weekday at 22:00 Europe/Berlin",
		"FREQ=DAILY;INTERVAL=2;BYDAY=TU,SA":             "every second day that is a Tuesday or Saturday at 22:00 Europe/Berlin",
		"FREQ=WEEKLY":                                   "every Tuesday at 22:00 Europe/Berlin",
		"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU":         "every second Tuesday at 22:00 Europe/Berlin",
		"freq=weekly;byday=th,tu":                       "every Tuesday and Thursday at 22:00 Europe/Berlin",
		"FREQ=WEEKLY;INTERVAL=12;BYDAY=TU,TH,SA":        "every 12th week on Tuesday, Thursday and Saturday at 22:00 Europe/Berlin",
		"FREQ=WEEKLY;BYDAY=TU;BYMONTH=3,9":              "every Tuesday in March and September at 22:00 Europe/Berlin",
		"FREQ=MONTHLY":                                  "on the 3rd of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYDAY=1TU":                        "on the first Tuesday of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU,-1FR":        "on the first Tuesday and last Friday of every third month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYDAY=TU":                         "on every Tuesday of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2":  "on the second weekday of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYDAY=TU,SA;BYSETPOS=-2,1":        "on the second to last Tuesday or Saturday and first Tuesday or Saturday of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYMONTHDAY=3,21,-1":               "on the 3rd, 21st and last day of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYMONTHDAY=3;BYDAY=TU":            "on the 3rd that is a Tuesday of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYMONTHDAY=3;BYMONTH=3,6":         "on the 3rd of March and June at 22:00 Europe/Berlin",
		"FREQ=YEARLY":                                   "on the 3rd of March every year at 22:00 Europe/Berlin",
		"FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=1TU":    "on the first Tuesday of March every second year at 22:00 Europe/Berlin",
		"FREQ=DAILY;COUNT=10":                           "every day at 22:00 Europe/Berlin, 10 times",
		"FREQ=DAILY;COUNT=1":                            "every day at 22:00 Europe/Berlin, once",
		"FREQ=DAILY;UNTIL=20261231":                     "every day at 22:00 Europe/Berlin, until 31 December 2026",
		"FREQ=DAILY;UNTIL=20261231T235900":              "every day at 22:00 Europe/Berlin, until 31 December 2026",
		"FREQ=DAILY;UNTIL=20261231T235900Z":             "every day at 22:00 Europe/Berlin, until 1 January 2027",
		"FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=TU,SU":    "every second week on Tuesday and Sunday at 22:00 Europe/Berlin",
		"FREQ=MONTHLY; BYDAY=TU; BYSETPOS=1 ; COUNT=11": "on the first Tuesday of every month at 22:00 Europe/Berlin, 11 times",
	} {
		parsed, err := calendar.ParseRule(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)

			continue
		}

		if got := parsed.Words(first(), "Europe/Berlin"); got != want {
			t.Errorf("%s: %s, not %s", rule, got, want)
		}
	}
}

func TestRulesThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()

	for _, rule := range []string{
		"", "every Tuesday", "INTERVAL=2", "FREQ=HOURLY", "FREQ=SECONDLY;INTERVAL=86400", "FREQ=FORTNIGHTLY", "FREQ=DAILY;FREQ=WEEKLY",
		"FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=99999999", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-3",
		"FREQ=DAILY;COUNT=3;UNTIL=20261231", "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;BYHOUR=3", "FREQ=YEARLY;BYEASTER=1", "FREQ=YEARLY;BYWEEKNO=3",
		"FREQ=YEARLY;BYYEARDAY=100", "FREQ=WEEKLY;BYDAY=2TU", "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=MONTHLY;BYDAY=TU,2WE", "FREQ=MONTHLY;BYMONTHDAY=0",
		"FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=2TU;BYMONTHDAY=3", "FREQ=MONTHLY;BYDAY=2XX",
		"FREQ=MONTHLY;BYMONTHDAY=3;BYDAY=TU;BYSETPOS=1", "FREQ=YEARLY;BYDAY=20MO", "FREQ=DAILY;WKST=2MO", "FREQ=DAILY;DTSTART=20260101T000000Z",
		"FREQ=DAILY\nEXRULE:FREQ=DAILY", "FREQ=DAILY;", "FREQ=DAILY;BYMONTH=13", "FREQ=" + strings.Repeat("X", 400),
	} {
		if parsed, err := calendar.ParseRule(rule); err == nil {
			t.Errorf("%q is taken as %q", rule, parsed)
		}
	}
}

func TestTheDatesOfARule(t *testing.T) {
	t.Parallel()

	for rule, want := range map[string]string{
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU": "2026-03-03T21:00Z 2026-03-17T21:00Z 2026-03-31T20:00Z 2026-04-14T20:00Z 2026-04-28T20:00Z",
		"FREQ=WEEKLY;COUNT=3":             "2026-03-03T21:00Z 2026-03-10T21:00Z 2026-03-17T21:00Z",
		"FREQ=MONTHLY;BYMONTHDAY=-1":      "2026-03-31T20:00Z 2026-04-30T20:00Z 2026-05-31T20:00Z 2026-06-30T20:00Z 2026-07-31T20:00Z",
		"FREQ=WEEKLY;UNTIL=20260310":      "2026-03-03T21:00Z 2026-03-10T21:00Z",
		// On the wall it is 22:00, before the end; at nine in the evening UTC it just is.
		"FREQ=WEEKLY;UNTIL=20260310T220000":         "2026-03-03T21:00Z 2026-03-10T21:00Z",
		"FREQ=WEEKLY;UNTIL=20260310T210000Z":        "2026-03-03T21:00Z 2026-03-10T21:00Z",
		"FREQ=WEEKLY;UNTIL=20260310T205959Z":        "2026-03-03T21:00Z",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30":       "",
		"FREQ=DAILY;INTERVAL=1;UNTIL=20200101":      "",
		"FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4":    "",
		"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1;COUNT=2":  "2026-03-03T21:00Z 2026-04-07T20:00Z",
		"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=1":  "2026-03-29T20:00Z",
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;COUNT": "",
	} {
		parsed, err := calendar.ParseRule(rule)
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", rule, err)
			}

			continue
		}

		dates, err := parsed.Next(first(), "Europe/Berlin", 5)
		if err != nil {
			t.Fatal(err)
		}

		got := make([]string, len(dates))
		for i, date := range dates {
			got[i] = date.StartsAt.Format("2006-01-02T15:04Z")
		}

		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s, not %s", rule, text, want)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	for _, rule := range []string{"FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "RRULE:FREQ=WEEKLY;UNTIL=20261231T000000Z"} {
		f.Add(rule)
	}

	f.Fuzz(func(t *testing.T, text string) {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			return
		}

		if rule.Words(first(), "Europe/Berlin") == "" {
			t.Errorf("%q has no words", text)
		}

		again, err := calendar.ParseRule(rule.String())
		if err != nil || again.String() != rule.String() {
			t.Errorf("%q is kept as %q, and read as %q, %v", text, rule, again, err)
		}

		dates, err := rule.Next(first(), "Europe/Berlin", 5)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}

		for i := range dates[:max(0, len(dates)-1)] {
			if !dates[i].StartsAt.Before(dates[i+1].StartsAt) {
				t.Errorf("%q: got %v, want each after the one before", text, dates)
			}
		}
	})
}
