#!/usr/bin/env bash
# Go 1.26.8.
#
# Believed: the end that Time.ZoneBounds returns is after the time that was asked about, or zero where the rules of the zone never
# change again (its documentation, and Time.IsZero).
# Seen: on the last day of a leap year, in a zone with summer time by a rule (the last line of its compiled file), the end is
# that time itself, in which the rules do not change. Files made with "zic -b fat" hide it until 2040.
# Bites: whoever lists when the clocks of a zone change and trusts that each end is a later one: keep on only while it is.
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

	at := time.Date(2028, 12, 31, 0, 0, 0, 0, time.UTC)
	_, end := at.In(loc).ZoneBounds()
	fmt.Println(end.UTC())
}
GO

got=$(ZONEINFO=$(go env GOROOT)/lib/time/zoneinfo.zip go run .)

echo "the end of the rules that New York has at 2028-12-31 00:00:00 UTC, which should be in March 2029: $got"
[ "$got" = '2028-12-31 00:00:00 +0000 UTC' ] || { echo "the behavior has changed"; exit 1; }
