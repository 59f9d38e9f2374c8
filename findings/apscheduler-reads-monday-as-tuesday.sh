#!/usr/bin/env bash
# APScheduler 3.11.3 (PyPI), on Python 3.10 or later, with tzdata 2026.3.
#
# Believed: CronTrigger.from_crontab makes of a standard crontab expression, as its documentation has it, the times at which cron runs: 0 is Sunday and
# 1 is Monday, and where both a day of the month and one of the week are given, either is enough.
# Seen: the numbers are APScheduler's own, from Monday as 0, so "0 22 * * 0" is Monday and "1-5" is Tuesday to Saturday; names are right, and 7 is
# refused. A warning beside the method says so of the numbers, since it cannot be changed before version 4; nothing says of "0 22 1 * sun" that
# it is the first of a month that is a Sunday, once in 2027, where cron has each first and each Sunday.
# Bites: a schedule taken over from a crontab, a CronJob of Kubernetes or a console: the backup of the weekend runs on Monday night, each job of working
# days on Saturday too and never on Monday, and none is an error.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check apscheduler==3.11.3 tzdata==2026.3

got=$("$dir/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone

from apscheduler.triggers.cron import CronTrigger


def runs(expression, until):
    trigger, now = CronTrigger.from_crontab(expression, timezone=timezone.utc), datetime(2027, 1, 1, tzinfo=timezone.utc)
    last = None
    while (last := trigger.get_next_fire_time(last, now)) and last < until:
        yield last.strftime("%a %d %b")
        now = last + timedelta(seconds=1)


week, year = datetime(2027, 1, 8, tzinfo=timezone.utc), datetime(2028, 1, 1, tzinfo=timezone.utc)
for expression in ["0 22 * * 0", "0 22 * * sun", "0 22 * * 1-5", "0 22 * * mon-fri"]:
    print(expression, "=", ", ".join(runs(expression, week)))
print("0 22 1 * sun =", ", ".join(runs("0 22 1 * sun", year)))
PY
)
echo "of the first week of 2027, which begins on a Friday, and with a day of the month of the year:"
echo "$got"
[ "$got" = '0 22 * * 0 = Mon 04 Jan
0 22 * * sun = Sun 03 Jan
0 22 * * 1-5 = Fri 01 Jan, Sat 02 Jan, Tue 05 Jan, Wed 06 Jan, Thu 07 Jan
0 22 * * mon-fri = Fri 01 Jan, Mon 04 Jan, Tue 05 Jan, Wed 06 Jan, Thu 07 Jan
0 22 1 * sun = Sun 01 Aug' ] || { echo "the behavior has changed"; exit 1; }
