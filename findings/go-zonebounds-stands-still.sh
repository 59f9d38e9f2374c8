#!/usr/bin/env bash
# Go 1.26.8.
#
# Believed: the end of Time.ZoneBounds is after the time, or zero where the zone's rules never change again, so that a loop from bound to
# bound ends.
# Seen: on 31 December of a leap year (in UTC) of a zone with summer time by a rule (the last line of its compiled file), the end
# is the time that was asked about; a loop that goes on from there asks for ever. The first such day is that of 2028 in
# New York, whose file has no changes of its own after 2007; files made with "zic -b fat" hide it until 2040.
# Bites: whoever lists the changes of a zone's clocks: a program that hangs, for zones and years that no test has.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"
	_ "time/tzdata"
)

func main() {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}

	for at, i := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), 0; i < 5; i++ {
		_, at = at.In(loc).ZoneBounds()
		fmt.Println(at.UTC())
	}
}
GO

got=$(ZONEINFO=$(go env GOROOT)/lib/time/zoneinfo.zip go run .)
want='2028-03-12 07:00:00 +0000 UTC
2028-11-05 06:00:00 +0000 UTC
2028-12-31 00:00:00 +0000 UTC
2028-12-31 00:00:00 +0000 UTC
2028-12-31 00:00:00 +0000 UTC'

echo "where the clocks of New York change from 2028 on:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
