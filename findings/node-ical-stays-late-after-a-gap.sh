#!/usr/bin/env bash
# node-ical 0.26.1, on Node.js 20 or later.
#
# Believed: a daily event at 02:30 in Berlin is at 02:30 on each day, but for the one on which the clocks skip that time: there
# it is at 03:30 (RFC 5545, section 3.3.5: a local time that does not occur is read with the offset before the gap).
# Seen: from the day of the gap on all dates are at 03:30; one skipped time moves the rest of the series by an hour.
# Bites: whoever publishes a nightly maintenance window as one event with a rule; readers that use node-ical
# show all that follow a change to summer time an hour late. Single events with times in UTC are safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node-ical@0.26.1 >/dev/null

cat >read.mjs <<'JS'
import ical from 'node-ical';

const calendar = [
	'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//finding//EN', 'BEGIN:VEVENT', 'UID:1', 'DTSTAMP:20260101T000000Z',
	'DTSTART;TZID=Europe/Berlin:20260328T023000', 'DTEND;TZID=Europe/Berlin:20260328T033000', 'RRULE:FREQ=DAILY;COUNT=5',
	'END:VEVENT', 'END:VCALENDAR', '',
].join('\r\n');

const event = Object.values(ical.sync.parseICS(calendar)).find((one) => one.type === 'VEVENT');
for (const date of event.rrule.all()) {
	console.log(new Date(date).toLocaleString('sv', { timeZone: 'Europe/Berlin' }));
}
JS

got=$(node read.mjs)
want='2026-03-28 02:30:00
2026-03-29 03:30:00
2026-03-30 03:30:00
2026-03-31 03:30:00
2026-04-01 03:30:00'

echo "dates in Berlin, of which all but the second should be at 02:30:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
