#!/usr/bin/env bash
# python-dateutil 2.9.0.post0, on Python 3.10 or later, with tzdata 2026.3.
#
# Believed: datetimes that know their zones are compared as moments, whatever the zones are; so a date of a rule in Berlin is left out by an EXDATE of the
# same moment in UTC, as it is on any day.
# Seen: a time that the clocks repeat or skip is equal to none of another zone (PEP 495, so that its hash need not know of zones): its own moment in UTC
# is neither earlier nor later than it, nor equal, and no time apart. rruleset compares so, and the excluded date of that one night is there.
# Bites: whoever holds moments from a feed or an API, which are in UTC, against a schedule of their own in local time: job and maintenance meet once a
# year, at night. Comparing both in UTC is safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0 tzdata==2026.3

cat >"$dir/dates.py" <<'PY'
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule, rruleset

berlin, utc = ZoneInfo("Europe/Berlin"), timezone.utc

for start, *excluded in [
    (datetime(2026, 3, 27, 2, 30), datetime(2026, 3, 28, 1, 30), datetime(2026, 3, 29, 1, 30)),
    (datetime(2026, 10, 23, 2, 30), datetime(2026, 10, 24, 0, 30), datetime(2026, 10, 25, 0, 30)),
]:
    dates = rruleset()
    dates.rrule(rrule(DAILY, count=4, dtstart=start.replace(tzinfo=berlin)))
    for moment in excluded:
        dates.exdate(moment.replace(tzinfo=utc))
    print("from", start.date(), "on:", *(date.strftime("%d") for date in dates))

local = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
moment = local.astimezone(utc)
print("earlier, equal, later, apart:", local < moment, local == moment, local > moment, local - moment)
PY

PYTHONTZPATH='' "$dir/venv/bin/python" "$dir/dates.py" | tee "$dir/seen"
diff "$dir/seen" - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
from 2026-03-27 on: 27 29 30
from 2026-10-23 on: 23 25 26
earlier, equal, later, apart: False False False 0:00:00
SEEN
