#!/usr/bin/env bash
# github.com/teambition/rrule-go 1.8.2, with Go 1.26.
#
# Believed: StrToRRuleSet takes the lines of an event that say when it is, DTSTART, RRULE, RDATE and EXDATE, in any order, as those of an event
# are in any (RFC 5545, section 3.6), or says that it cannot.
# Seen: DTSTART is read as the first line alone. Anywhere else it is passed over without an error: the rule begins at the moment at which the program
# runs, in UTC, and EXDATE leaves out nothing any more, as no date is at that second.
# Bites: whoever picks these lines from calendars of others: a program that writes the rule first, or sorts its lines, has DTSTART behind EXDATE or
# RRULE. A nightly window is at the time of the last restart then, and at another time after the next.
set -euo pipefail

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/teambition/rrule-go v1.8.2
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

func main() {
	const start, exception, rule = "DTSTART;TZID=Europe/Berlin:20270105T220000", "EXDATE;TZID=Europe/Berlin:20270106T220000", "RRULE:FREQ=DAILY;COUNT=3"

	for _, lines := range [][]string{{start, rule, exception}, {rule, start, exception}, {exception, start, rule}} {
		set, err := rrule.StrToRRuleSet(strings.Join(lines, "\n"))
		if err != nil {
			panic(err)
		}

		first, _, _ := strings.Cut(lines[0], ";")
		first, _, _ = strings.Cut(first, ":")
		dates := set.All()
		fmt.Printf("%s first: %d dates in %s", first, len(dates), dates[0].Location())

		if time.Since(dates[0]).Abs() < time.Minute {
			fmt.Println(", from now")
		} else {
			fmt.Println(", from", dates[0].Format("2 January 2006 15:04"))
		}
	}
}
GO
go mod tidy 2>/dev/null

got=$(go run .)
echo "$got"
[ "$got" = 'DTSTART first: 2 dates in Europe/Berlin, from 5 January 2027 22:00
RRULE first: 3 dates in UTC, from now
EXDATE first: 3 dates in UTC, from now' ] || { echo "the behavior has changed"; exit 1; }
