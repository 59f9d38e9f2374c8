#!/usr/bin/env bash
# github.com/adhocore/gronx 1.20.4, with Go 1.26.
#
# Believed: "*/10 * * * *" is every ten minutes, also in the hour that the clocks repeat when summer time ends: twice six times.
# Seen: NextTickAfter goes from 01:50 to the second 02:00, an hour and ten minutes later, although IsDue says of the times between that they
# are due. A job at 02:30 runs at the second of the two.
# Bites: what is scheduled by NextTickAfter and watched by how late it is: for an hour a year nothing runs, and "it did not run for an hour"
# alerts, at night. Schedules in UTC are safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/adhocore/gronx v1.20.4
MOD

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"
	_ "time/tzdata"

	"github.com/adhocore/gronx"
)

func main() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}

	const spec = "*/10 * * * *"

	at := time.Date(2026, 10, 25, 1, 45, 0, 0, berlin)
	for range 4 {
		next, err := gronx.NextTickAfter(spec, at, false)
		if err != nil {
			panic(err)
		}

		fmt.Println(next.Format("15:04 -0700"), next.Sub(at))
		at = next
	}

	between := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC).In(berlin)

	due, err := gronx.New().IsDue(spec, between)
	if err != nil {
		panic(err)
	}

	fmt.Println(between.Format("15:04 -0700"), "is due:", due)
}
GO

got=$(GOFLAGS=-mod=mod go run .)
want='01:50 +0200 5m0s
02:00 +0100 1h10m0s
02:10 +0100 10m0s
02:20 +0100 10m0s
02:30 +0200 is due: true'

echo "ticks of */10 from 01:45 on, and how long after the one before:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
