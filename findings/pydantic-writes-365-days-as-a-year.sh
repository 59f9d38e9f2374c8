#!/usr/bin/env bash
# pydantic 2.12.5, on Python 3.10 or later.
#
# Believed: a timedelta has days and seconds alone, so its JSON has no units of the calendar; what was sent as P365D or PT24H
# comes back so, or at least as days.
# Seen: 365 days are written P1Y, whatever was sent, and 400 days P1Y35D. A year is read as 365 days and a month as 30, also in a leap
# year; months are never written. isodate reads the same P1Y as a year of the calendar, with which a timedelta cannot be compared.
# Bites: who compares durations as text, or reads days, hours, minutes and seconds alone: a value that was just set seems to be another.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.12.5 isodate==0.7.2

got=$("$dir/venv/bin/python" - <<'PY'
import datetime

import isodate
from pydantic import TypeAdapter

duration = TypeAdapter(datetime.timedelta)
for text in ["PT24H", "P365D", "P400DT1H", "P52W", "P4W2D", "P1M", "-P1D"]:
    print(text, duration.dump_python(duration.validate_python(text), mode="json"))
print("isodate", isinstance(isodate.parse_duration("P1Y"), datetime.timedelta))
PY
)
want='PT24H P1D
P365D P1Y
P400DT1H P1Y35DT1H
P52W P364D
P4W2D P30D
P1M P30D
-P1D -P1D
isodate False'

echo "what is sent, and what comes back:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
