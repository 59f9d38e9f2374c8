#!/usr/bin/env bash
# recurring-ical-events 3.8.2, icalendar 7.3.2 and x-wr-timezone 2.0.1 (PyPI), on Python 3.10 or later, with tzdata 2026.3.
#
# Believed: X-WR-TIMEZONE, which no RFC has, says in which zone a calendar is shown; times in UTC stay the moments that they are.
# Seen: recurring-ical-events has x-wr-timezone make times of that zone of them, before it reads the rules: a rule that begins at 23:30 in UTC on Thursdays
# begins at 00:30 on a Friday in Berlin, and BYDAY=TH stays. From the second date on it is a day early, and an hour more while it is summer there.
# BYMONTHDAY moves as well, and COUNT has one more, as the first date fits the rule no longer. That one, and what has no rule, is right.
# Bites: who reads maintenance of somebody who plans in UTC from a calendar that tells its zone: a weekly window is shown on the night before. Calendars without
# X-WR-TIMEZONE, or whose events are all written out, are safe; this program's are both.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check recurring-ical-events==3.8.2 icalendar==7.3.2 x-wr-timezone==2.0.1 tzdata==2026.3

# Not the system's zones: those of the package tzdata.
got=$(PYTHONTZPATH='' "$dir/venv/bin/python" - <<'PY'
from datetime import datetime, timezone

import icalendar
import recurring_ical_events

for zone in ["", "X-WR-TIMEZONE:Europe/Berlin\r\n"]:
    for rule in ["FREQ=WEEKLY;BYDAY=TH;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=19;COUNT=3"]:
        text = (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//finding//EN\r\n{zone}BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART:20260319T233000Z\r\nDURATION:PT1H\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(datetime(2026, 3, 1), datetime(2026, 7, 1))
        dates = sorted(event.start.astimezone(timezone.utc) for event in events)
        print(zone.strip() or "no zone", rule, "=", ", ".join(date.strftime("%a %d %b %H:%M") for date in dates))
PY
)
echo "$got"
[ "$got" = 'no zone FREQ=WEEKLY;BYDAY=TH;COUNT=3 = Thu 19 Mar 23:30, Thu 26 Mar 23:30, Thu 02 Apr 23:30
no zone FREQ=MONTHLY;BYMONTHDAY=19;COUNT=3 = Thu 19 Mar 23:30, Sun 19 Apr 23:30, Tue 19 May 23:30
X-WR-TIMEZONE:Europe/Berlin FREQ=WEEKLY;BYDAY=TH;COUNT=3 = Thu 19 Mar 23:30, Wed 25 Mar 23:30, Wed 01 Apr 22:30, Wed 08 Apr 22:30
X-WR-TIMEZONE:Europe/Berlin FREQ=MONTHLY;BYMONTHDAY=19;COUNT=3 = Thu 19 Mar 23:30, Sat 18 Apr 22:30, Mon 18 May 22:30, Thu 18 Jun 22:30' ] || {
	echo "the behavior has changed"
	exit 1
}
