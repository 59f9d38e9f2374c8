#!/usr/bin/env bash
# calcurse 4.7.1 of Debian bookworm. Needs apt-get.
#
# Believed: an import of iCalendar has the dates of a rule, or counts an event whose rule calcurse cannot keep as skipped, as its report has a number
# for these.
# Seen: COUNT becomes an end date, and EXDATE moves it: three nights of which one is left out are three nights, the last of which nobody announced.
# BYSETPOS, which the manual says is not known, is passed over: the last working day of three months is the next three working days. A date that
# RECURRENCE-ID moves stays where it was, beside the new one. The report says "0 skipped" of all of them.
# Bites: who imports a calendar of maintenance: nights without any are kept free, and months later the real ones are missing. Calendars whose events
# are all written out are safe, as this program's are.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

(apt-get download -qq 'calcurse=4.7.1*' && dpkg-deb -x ./*.deb .) >/dev/null 2>&1
mkdir data

event() { printf '%s\r\n' BEGIN:VEVENT "UID:$1" DTSTAMP:20270101T000000Z DURATION:PT1H "SUMMARY:$1" "${@:2}" END:VEVENT; }
{
	printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//example//finding//EN
	event excluded DTSTART:20270105T220000Z 'RRULE:FREQ=DAILY;COUNT=3' EXDATE:20270106T220000Z
	event last DTSTART:20270129T220000Z 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3'
	event moved DTSTART:20270112T220000Z 'RRULE:FREQ=WEEKLY;COUNT=2'
	event moved DTSTART:20270120T220000Z RECURRENCE-ID:20270119T220000Z
	printf 'END:VCALENDAR\r\n'
} >calendar.ics

got=$(
	export TZ=UTC
	calcurse() { ./usr/bin/calcurse -D data -C data "$@"; }
	calcurse -i calendar.ics | grep -o '[0-9]* skipped'
	calcurse -Q --input-datefmt 4 --from 2027-01-01 --to 2027-04-30 --format-apt '%m %(start:%F)\n' --format-recur-apt '%m %(start:%F)\n' |
		grep 2027 | sort
)
echo "$got"
echo "by RFC 5545: excluded 5 and 7 January; last 29 January, 26 February and 31 March; moved 12 and 20 January"
[ "$got" = '0 skipped
excluded 2027-01-05
excluded 2027-01-07
excluded 2027-01-08
last 2027-01-29
last 2027-02-01
last 2027-02-02
moved 2027-01-12
moved 2027-01-19
moved 2027-01-20' ] || { echo "the behavior has changed"; exit 1; }
