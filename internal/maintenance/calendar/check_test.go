package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// beyondTheFifth are rules with ordinals that no month has.
func beyondTheFifth() (rules []string) {
	for n := 6; n <= 53; n++ {
		for _, period := range []string{"MONTHLY", "YEARLY;BYMONTH=12"} {
			rules = append(rules, fmt.Sprintf("FREQ=%s;BYDAY=%dMO", period, n), fmt.Sprintf("FREQ=%s;BYDAY=-%dSU", period, n),
				fmt.Sprintf("FREQ=%s;BYDAY=2TU,%dTU", period, n))
		}
	}

	return rules
}

// TestWhatRFC5545DoesNotAllowIsRefused holds each refusal to what it says of the rule.
func TestWhatRFC5545DoesNotAllowIsRefused(t *testing.T) {
	t.Parallel()

	for why, rules := range map[string][]string{
		"there is no 0": {
			"FREQ=MONTHLY;BYDAY=0TU", "FREQ=MONTHLY;BYDAY=+0TU", "FREQ=MONTHLY;BYDAY=-00TU", "FREQ=WEEKLY;BYDAY=0TU", "FREQ=MONTHLY;BYDAY=1TU,0WE",
			"FREQ=YEARLY;BYMONTH=3;BYDAY=0MO", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=1,-0", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=0",
		},
		"beyond the fifth": beyondTheFifth(),
		"without MONTHLY or YEARLY": {
			"FREQ=WEEKLY;BYDAY=1TU", "FREQ=WEEKLY;BYDAY=-1TU", "FREQ=DAILY;BYDAY=2TU", "FREQ=WEEKLY;BYMONTHDAY=13", "FREQ=DAILY;BYMONTHDAY=13",
			"FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=DAILY;BYSETPOS=1",
		},
		"needs an INTERVAL": {
			"FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=00", "FREQ=DAILY;INTERVAL=-2", "FREQ=DAILY;INTERVAL=1001",
		},
		"needs a COUNT":         {"FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=000"},
		"only one of them":      {"FREQ=DAILY;COUNT=1;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231T000000Z;COUNT=2"},
		"that no month has":     {"FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=-32", "FREQ=MONTHLY;BYMONTHDAY=1,99"},
		"that no year has":      {"FREQ=DAILY;BYMONTH=0", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTH=-1"},
		"needs BYMONTH":         {"FREQ=YEARLY;BYDAY=MO", "FREQ=YEARLY;BYMONTHDAY=1", "FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;BYDAY=TU;BYSETPOS=-1"},
		"needs days in BYDAY":   {"FREQ=MONTHLY;BYSETPOS=1", "FREQ=YEARLY;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=1,2;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1TU;BYSETPOS=1"},
		"beyond its days":       {"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=6", "FREQ=MONTHLY;BYDAY=TU,WE;BYSETPOS=-11", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=32", "FREQ=YEARLY;BYMONTH=3;BYDAY=TU;BYSETPOS=366"},
		"mixes numbered days":   {"FREQ=MONTHLY;BYDAY=TU,1WE"},
		"one of them names":     {"FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=3"},
		"more often than daily": {"FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=1440", "FREQ=SECONDLY;COUNT=1"},
		"needs FREQ":            {"INTERVAL=2", "BYDAY=TU"},
		" twice":                {"FREQ=DAILY;FREQ=DAILY", "FREQ=MONTHLY;BYDAY=TU;BYDAY=WE", "FREQ=DAILY;COUNT=1;COUNT=1"},
		"is not supported": {
			"FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;BYMINUTE=0", "FREQ=DAILY;BYSECOND=0", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYWEEKNO=20",
			"FREQ=YEARLY;BYYEARDAY=100", "FREQ=MONTHLY;BYYEARDAY=1", "FREQ=YEARLY;BYEASTER=0", "FREQ=DAILY;DTSTART=20260101", "FREQ=DAILY;X-NOTE=1", "RRULE:RRULE:FREQ=DAILY",
		},
		"has a sign": {"FREQ=DAILY;INTERVAL=+2", "FREQ=DAILY;COUNT=+2", "FREQ=DAILY;BYMONTH=+2"},
		"is not understood": {
			"FREQ=DAILY;", "FREQ=DAILY;COUNT", "FREQ=DAILY;COUNT=", "FREQ=OFTEN", "FREQ=DAILY;COUNT=many", "FREQ=DAILY;COUNT=99999999999999999999", "FREQ=DAILY;COUNT=1=2",
			"FREQ=DAILY;UNTIL=2026", "FREQ=DAILY;UNTIL=20260230", "FREQ=DAILY;UNTIL=20261231T2400Z", "FREQ=DAILY;UNTIL=20261231Z", "FREQ=WEEKLY;BYDAY=T", "FREQ=WEEKLY;BYDAY=TUE",
			"FREQ=WEEKLY;BYDAY=TU,", "FREQ=MONTHLY;BYDAY=--1TU", "FREQ=MONTHLY;BYDAY=1.5TU", "FREQ=WEEKLY;WKST=2MO", "FREQ=WEEKLY;WKST=MO,TU", "FREQ=MONTHLY;BYMONTHDAY=1,,2",
		},
	} {
		for _, text := range rules {
			if rule, err := calendar.ParseRule(text); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: got %q, %v, want it refused: %s", text, rule, err, why)
			}
		}
	}
}

// TestWhatRFC5545AllowsIsTaken are rules at the edge of what is refused.
func TestWhatRFC5545AllowsIsTaken(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"FREQ=MONTHLY;BYDAY=+5MO":                                  "on the fifth Monday of every month at 22:00 Europe/Berlin, if there is one",
		"FREQ=MONTHLY;BYDAY=-5MO,1TU":                              "on the fifth to last Monday and first Tuesday of every month at 22:00 Europe/Berlin, if there is one",
		"FREQ=YEARLY;BYMONTH=3;BYDAY=5TU":                          "on the fifth Tuesday of March every year at 22:00 Europe/Berlin, if there is one",
		"FREQ=YEARLY;BYMONTH=3,6;BYDAY=TU":                         "on every Tuesday of March and June every year at 22:00 Europe/Berlin",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29":                      "on the 29th of February every year at 22:00 Europe/Berlin, if there is one",
		"FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31":                      "on the 31st of March every year at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYMONTHDAY=31":                               "on the 31st of every month at 22:00 Europe/Berlin, if there is one",
		"FREQ=MONTHLY;BYMONTHDAY=-1":                               "on the last day of every month at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYMONTHDAY=-29;BYMONTH=2,3":                  "on the 29th to last day of February and March at 22:00 Europe/Berlin, if there is one",
		"FREQ=MONTHLY;INTERVAL=2;BYMONTH=3,5":                      "on the 3rd of every second month at 22:00 Europe/Berlin, if it is March or May",
		"FREQ=WEEKLY;INTERVAL=2;BYMONTH=9,3":                       "every second Tuesday at 22:00 Europe/Berlin, if it is in March or September",
		"FREQ=DAILY;INTERVAL=3;BYMONTH=3":                          "every third day at 22:00 Europe/Berlin, if it is in March",
		"FREQ=DAILY;BYMONTH=3;COUNT=2":                             "every day in March at 22:00 Europe/Berlin, 2 times",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU":                   "every day at 22:00 Europe/Berlin",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,TH,WE,TU,MO":              "every second week on every weekday at 22:00 Europe/Berlin",
		"FREQ=WEEKLY;BYDAY=TU,TU":                                  "every Tuesday at 22:00 Europe/Berlin",
		"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=5":                         "on the fifth Tuesday of every month at 22:00 Europe/Berlin, if there is one",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1":      "on the last day of every month at 22:00 Europe/Berlin",
		"FREQ=YEARLY;BYMONTH=3,6;BYDAY=TU;BYSETPOS=1":              "on the first of all Tuesdays of March and June every year at 22:00 Europe/Berlin",
		"FREQ=YEARLY;BYMONTH=3,6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2": "on the second to last of all weekdays of March and June every year at 22:00 Europe/Berlin",
		"FREQ=YEARLY;INTERVAL=1000;COUNT=0003":                     "on the 3rd of March every 1000th year at 22:00 Europe/Berlin, 3 times",
	} {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)

			continue
		}

		if got := rule.Words(first(), "Europe/Berlin"); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestWhereWeeksBeginIsSaid wants it said only where it makes a difference.
func TestWhereWeeksBeginIsSaid(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU": "Weeks are counted from Sunday to Saturday, as WKST says.",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU":         "",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU":    "",
		"FREQ=WEEKLY;BYDAY=TU,SU;WKST=SU":            "",
		"FREQ=MONTHLY;INTERVAL=2;WKST=SU":            "",
	} {
		rule, err := calendar.ParseRule(text)
		if got := rule.WeekNote(); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestAnEndInUTCIsAMoment ends a series within the hour that Berlin has twice.
func TestAnEndInUTCIsAMoment(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]int{
		"FREQ=DAILY;UNTIL=20261025T002959Z": 1, "FREQ=DAILY;UNTIL=20261025T003000Z": 2, "FREQ=DAILY;UNTIL=20261025T011000Z": 2,
	} {
		rule, err := calendar.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}

		start, _, err := calendar.ResolveWall("2026-10-24T02:30", "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}

		if dates, err := rule.Next(start, "Europe/Berlin", 5); err != nil || len(dates) != want {
			t.Errorf("%s: got %v, %v, want %d dates", text, dates, err, want)
		}
	}
}

// TestAKeptRuleGoesOn reads rules that a version before this one took.
func TestAKeptRuleGoesOn(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"FREQ=MONTHLY;BYDAY=0TU":             "2026-03-03T22:00:00 2026-03-10T22:00:00 2026-03-17T22:00:00",
		"FREQ=MONTHLY;BYDAY=1TU,6TU":         "2026-03-03T22:00:00 2026-04-07T22:00:00 2026-05-05T22:00:00",
		"FREQ=DAILY;INTERVAL=+2;COUNT=+2":    "2026-03-03T22:00:00 2026-03-05T22:00:00",
		"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1,9": "2026-03-03T22:00:00 2026-04-07T22:00:00 2026-05-05T22:00:00",
	} {
		rule, err := calendar.KeptRule(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)

			continue
		}

		if got := strings.Join(walls(t, rule, first().Add(time.Hour), 3), " "); got != want || rule.Words(first(), "Europe/Berlin") == "" {
			t.Errorf("%s: got %s, want %s, and words", text, got, want)
		}
	}

	for _, text := range []string{"", "FREQ=DAILY;INTERVAL=0", "FREQ=HOURLY", "soon"} {
		if rule, err := calendar.KeptRule(text); err == nil {
			t.Errorf("%q is read as %q", text, rule)
		}
	}
}
