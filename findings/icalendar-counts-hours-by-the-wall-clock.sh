#!/usr/bin/env bash
# icalendar 7.3.2 and recurring-ical-events 3.8.2 (PyPI), on Python 3.10 or later, with tzdata 2026.3.
#
# Believed: an event of DURATION:PT12H lasts twelve hours, whatever the clocks do meanwhile, and one of P1D ends at the same time of the next
# day: RFC 5545, section 3.3.6, has time as exact and days as nominal.
# Seen: both are added to the time on the wall. Over the night in which summer time begins PT12H is eleven hours, in the one in which
# it ends thirteen; both properties of icalendar's event say so, and the dates of its rule.
# Bites: who reads from a calendar of windows when one is over: an hour too early, with work still going on, or too late. An end by
# DTEND in UTC is read as it is meant.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 recurring-ical-events==3.8.2 tzdata==2026.3

# Not the system's zones: those of the package tzdata.
got=$(PYTHONTZPATH='' "$dir/venv/bin/python" - <<'PY'
from datetime import timezone

import icalendar
import recurring_ical_events

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//finding//EN
BEGIN:VEVENT
UID:%(start)s-%(duration)s
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:%(start)s
DURATION:%(duration)s
END:VEVENT
END:VCALENDAR
"""


def lasts(start, end):
    return end.astimezone(timezone.utc) - start.astimezone(timezone.utc)


for start in ["20260327T200000", "20260328T200000", "20261024T200000"]:
    for duration in ["PT12H", "P1D"]:
        calendar = icalendar.Calendar.from_ical(CALENDAR % {"start": start, "duration": duration})
        event = calendar.walk("VEVENT")[0]
        (found,) = recurring_ical_events.of(calendar).at(start[:8])
        print(start, duration, lasts(event.start, event.end), lasts(found["DTSTART"].dt, found["DTEND"].dt))
PY
)
want='20260327T200000 PT12H 12:00:00 12:00:00
20260327T200000 P1D 1 day, 0:00:00 1 day, 0:00:00
20260328T200000 PT12H 11:00:00 11:00:00
20260328T200000 P1D 23:00:00 23:00:00
20261024T200000 PT12H 13:00:00 13:00:00
20261024T200000 P1D 1 day, 1:00:00 1 day, 1:00:00'

echo "begins, lasts by its DURATION, lasted by icalendar and by recurring-ical-events:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
