#!/usr/bin/env bash
# ical.js 2.2.1, on Node.js 20 or later.
#
# Believed: with the calendar's own VTIMEZONE, a time that the clocks skip is read with the offset before the gap, so that 02:30 on
# the day of summer time is 03:30 (RFC 5545, section 3.3.5), as python-dateutil has it.
# Seen: it is read with the offset after the gap: the event is an hour before, at 01:30, before the clocks change.
# Bites: who plans work for the night of the change and reads it in a program that uses ical.js;
# the window there begins an hour before it does. Times in UTC are safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ical.js@2.2.1 >/dev/null

cat >read.mjs <<'JS'
import ICAL from 'ical.js';

const calendar = [
	'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//finding//EN',
	'BEGIN:VTIMEZONE', 'TZID:Europe/Berlin',
	'BEGIN:DAYLIGHT', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'DTSTART:19700329T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'END:DAYLIGHT',
	'BEGIN:STANDARD', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'DTSTART:19701025T030000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD',
	'END:VTIMEZONE',
	'BEGIN:VEVENT', 'UID:1', 'DTSTAMP:20260101T000000Z', 'DTSTART;TZID=Europe/Berlin:20260328T023000',
	'DTEND;TZID=Europe/Berlin:20260328T033000', 'RRULE:FREQ=DAILY;COUNT=3', 'END:VEVENT', 'END:VCALENDAR', '',
].join('\r\n');

const event = new ICAL.Event(new ICAL.Component(ICAL.parse(calendar)).getFirstSubcomponent('vevent'));
const dates = event.iterator();
for (let date = dates.next(); date; date = dates.next()) {
	console.log(event.getOccurrenceDetails(date).startDate.toJSDate().toISOString());
}
JS

got=$(node read.mjs)
want='2026-03-28T01:30:00.000Z
2026-03-29T00:30:00.000Z
2026-03-30T00:30:00.000Z'

echo "dates, of which the second should be 2026-03-29T01:30:00.000Z:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
