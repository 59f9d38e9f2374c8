#!/usr/bin/env bash
# ts-ics 2.4.6 (npm), on Node.js 20 or later.
#
# Believed: extendByRecurrenceRule gives the dates of a rule at the time of day of its start, the first of them the start itself, as it does of
# FREQ=DAILY; and months without the day are passed over (RFC 5545, section 3.3.10).
# Seen: BYMONTHDAY=-1, the last day of a month, is the day before it. Monthly rules with BYDAY are at midnight in UTC, whatever the start is, and without
# their first date, as a date at 00:00 of the same day is before it. The 31st of each month is the 28th of all that follow a February.
# COUNT with FREQ=DAILY;BYDAY counts the days that BYDAY leaves out. Weekly rules are right.
# Bites: maintenance on the first Thursday at 22:00 is shown at 00:00 of that day, 22 hours early, and at the end of the month a day early; dates that
# EXDATE leaves out are there, as they are other moments. Calendars whose events are all written out are safe, as this program's are.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ts-ics@2.4.6 >/dev/null

cat >dates.mjs <<'JS'
import { convertIcsRecurrenceRule, extendByRecurrenceRule } from 'ts-ics';

const show = (rule, start) => {
	const dates = extendByRecurrenceRule(convertIcsRecurrenceRule(undefined, { value: rule }), { start: new Date(start), end: new Date('2027-09-01') });
	console.log(rule, 'from', start, '=', dates.map((date) => date.toISOString().slice(5, 16)).join(' '));
};

show('FREQ=WEEKLY;BYDAY=TH;COUNT=3', '2027-01-07T22:00Z');
show('FREQ=MONTHLY;BYDAY=1TH;COUNT=3', '2027-01-07T22:00Z');
show('FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3', '2027-01-31T22:00Z');
show('FREQ=MONTHLY;COUNT=3', '2027-01-31T22:00Z');
show('FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3', '2027-01-08T22:00Z');
JS
got=$(TZ=UTC node dates.mjs)
echo "$got"
echo "by RFC 5545: 01-07 02-04 03-04 at 22:00; 01-31 02-28 03-31; 01-31 03-31 05-31; 01-08 01-11 01-12"
[ "$got" = 'FREQ=WEEKLY;BYDAY=TH;COUNT=3 from 2027-01-07T22:00Z = 01-07T22:00 01-14T22:00 01-21T22:00
FREQ=MONTHLY;BYDAY=1TH;COUNT=3 from 2027-01-07T22:00Z = 02-04T00:00 03-04T00:00 04-01T00:00
FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3 from 2027-01-31T22:00Z = 02-27T22:00 03-30T22:00 04-29T22:00
FREQ=MONTHLY;COUNT=3 from 2027-01-31T22:00Z = 01-31T22:00 02-28T22:00 03-28T22:00
FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3 from 2027-01-08T22:00Z = 01-08T22:00' ] || { echo "the behavior has changed"; exit 1; }
