#!/usr/bin/env bash
# Go 1.26, with the zones that come with it; Python 3.10 or later, with tzdata 2026.3; Java 17 or later.
#
# Believed: Time.IsDST, datetime.dst and ZoneRules.isDaylightSavings say whether it is summer time, and of one zone and moment they say the same, as all
# have the same database.
# Seen: by Irish law the time of winter is the exception, an hour behind, and the database has it so. For Go it is daylight saving time in Dublin in
# January and not in July; so it is for Python, whose dst() is an hour less than nothing then. Java, whose rules are made from the older form of the database,
# says the contrary. Of Casablanca, an hour behind in Ramadan alone, Java says that it is summer time all year but then, Go and Python that it is then.
# Bites: who writes "summer time" or chooses a zone's name by it, has the standard offset as offset less an hour, or sends the flag to a program in
# another language: an Irish notice is wrong all year. Offsets and abbreviations are right everywhere.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

printf 'module finding\n\ngo 1.26\n' >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"
)

func main() {
	for _, name := range []string{"Europe/Dublin", "Africa/Casablanca", "Europe/Berlin"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}

		for _, month := range []time.Month{1, 3, 7} { // 2 March 2026 is in Ramadan
			t := time.Date(2026, month, 2, 12, 0, 0, 0, zone)
			fmt.Println("Go", name, t.Format("Jan -07"), t.IsDST())
		}
	}
}
GO
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tzdata==2026.3
cat >dst.py <<'PY'
from datetime import datetime
from zoneinfo import ZoneInfo

for name in ["Europe/Dublin", "Africa/Casablanca", "Europe/Berlin"]:
    for month in [1, 3, 7]:
        t = datetime(2026, month, 2, 12, tzinfo=ZoneInfo(name))
        print("Python", name, t.strftime("%b %z")[:-2], int(t.dst().total_seconds()) // 3600)
PY
cat >Dst.java <<'JAVA'
import java.time.*;
import java.time.format.TextStyle;
import java.util.Locale;

public class Dst {
    public static void main(String[] args) {
        for (String name : new String[] {"Europe/Dublin", "Africa/Casablanca", "Europe/Berlin"}) {
            for (int month : new int[] {1, 3, 7}) {
                ZonedDateTime t = ZonedDateTime.of(2026, month, 2, 12, 0, 0, 0, ZoneId.of(name));
                String hours = String.format("%+03d", t.getOffset().getTotalSeconds() / 3600);
                System.out.println("Java " + name + " " + t.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH) + " " + hours + " "
                    + t.getZone().getRules().isDaylightSavings(t.toInstant()));
            }
        }
    }
}
JAVA
got=$(
	ZONEINFO=$(go env GOROOT)/lib/time/zoneinfo.zip go run .
	PYTHONTZPATH='' venv/bin/python dst.py
	java Dst.java
)
echo "$got"
[ "$got" = 'Go Europe/Dublin Jan +00 true
Go Europe/Dublin Mar +00 true
Go Europe/Dublin Jul +01 false
Go Africa/Casablanca Jan +01 false
Go Africa/Casablanca Mar +00 true
Go Africa/Casablanca Jul +01 false
Go Europe/Berlin Jan +01 false
Go Europe/Berlin Mar +01 false
Go Europe/Berlin Jul +02 true
Python Europe/Dublin Jan +00 -1
Python Europe/Dublin Mar +00 -1
Python Europe/Dublin Jul +01 0
Python Africa/Casablanca Jan +01 0
Python Africa/Casablanca Mar +00 -1
Python Africa/Casablanca Jul +01 0
Python Europe/Berlin Jan +01 0
Python Europe/Berlin Mar +01 0
Python Europe/Berlin Jul +02 1
Java Europe/Dublin Jan +00 false
Java Europe/Dublin Mar +00 false
Java Europe/Dublin Jul +01 true
Java Africa/Casablanca Jan +01 true
Java Africa/Casablanca Mar +00 false
Java Africa/Casablanca Jul +01 true
Java Europe/Berlin Jan +01 false
Java Europe/Berlin Mar +01 false
Java Europe/Berlin Jul +02 true' ] || { echo "the behavior has changed"; exit 1; }
