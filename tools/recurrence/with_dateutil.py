"""What python-dateutil makes of recurrence rules, and the rules of the time zones for ical4j.

    python3 with_dateutil.py dates <cases.jsonl >dateutil.txt
    python3 with_dateutil.py zones <cases.jsonl >zones.txt

Zones are those of the package tzdata: PYTHONTZPATH is to be empty.
"""
import itertools
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

DATES = 8
HORIZON = datetime(2060, 1, 1, tzinfo=timezone.utc)
STAMP = "%Y%m%dT%H%M%SZ"


def dates(case):
    start = datetime.strptime(case["start"], "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(case["zone"]))
    moments = (date.astimezone(timezone.utc) for date in rrulestr(case["rule"], dtstart=start))
    return itertools.islice(itertools.takewhile(HORIZON.__gt__, moments), DATES)


def changes(name):
    """Moments from which on the clocks have another offset, with it in seconds."""
    zone = ZoneInfo(name)
    at, offset = datetime(2020, 1, 1, tzinfo=timezone.utc), None
    while at < HORIZON:
        now = at.astimezone(zone).utcoffset()
        if offset is not None and now != offset:
            before, after = at - timedelta(days=1), at
            while after - before > timedelta(seconds=1):
                middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
                if middle.astimezone(zone).utcoffset() == offset:
                    before = middle
                else:
                    after = middle
            yield after, now
        elif offset is None:
            yield at, now
        at, offset = at + timedelta(days=1), now


def main():
    cases = [json.loads(line) for line in sys.stdin]
    if sys.argv[1] == "dates":
        for case in cases:
            print(*(date.strftime(STAMP) for date in dates(case)))
    else:
        for name in sorted({case["zone"] for case in cases}):
            print(name, *(f"{int(at.timestamp())}:{int(offset.total_seconds())}" for at, offset in changes(name)))


main()
