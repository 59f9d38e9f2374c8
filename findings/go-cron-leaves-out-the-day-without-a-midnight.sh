#!/usr/bin/env bash
# github.com/netresearch/go-cron 0.9.1, the maintained fork of robfig/cron, with Go 1.26.
#
# Believed: what its README says of a change to summer time: a job whose time the clocks skip runs once they have changed, and a midnight
# that does not exist is moved to a time that does.
# Seen: so it is at 02:30 in Berlin. Where the clocks change at midnight, as in Cairo, Beirut or Santiago, "0 0 * * *" and "@daily" have
# no run on that day, as with robfig/cron 3.0.1, nor has "30 0 * * *".
# Bites: who chose the fork for this: the nightly job of the day is left out without a word, and the next is a day later. An hour that
# the clocks of no zone skip, or UTC, is safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/netresearch/go-cron v0.9.1
MOD

cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"
	_ "time/tzdata"

	"github.com/netresearch/go-cron"
)

func main() {
	for _, c := range []struct{ spec, zone, from string }{
		{"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00"},
		{"0 0 * * *", "Africa/Cairo", "2026-04-23 12:00"},
		{"@daily", "Africa/Cairo", "2026-04-23 12:00"},
		{"30 0 * * *", "Africa/Cairo", "2026-04-23 12:00"},
		{"0 0 * * *", "America/Santiago", "2026-09-05 12:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			panic(err)
		}

		at, err := time.ParseInLocation("2006-01-02 15:04", c.from, zone)
		if err != nil {
			panic(err)
		}

		schedule, err := cron.ParseStandard(c.spec)
		if err != nil {
			panic(err)
		}

		fmt.Print(c.zone, " ", c.spec, ":")

		for range 3 {
			at = schedule.Next(at)
			fmt.Print(at.Format(" 01-02T15:04"))
		}

		fmt.Println()
	}
}
GO

got=$(GOFLAGS=-mod=mod go run .)
want='Europe/Berlin 30 2 * * *: 03-29T03:30 03-30T02:30 03-31T02:30
Africa/Cairo 0 0 * * *: 04-25T00:00 04-26T00:00 04-27T00:00
Africa/Cairo @daily: 04-25T00:00 04-26T00:00 04-27T00:00
Africa/Cairo 30 0 * * *: 04-25T00:30 04-26T00:30 04-27T00:30
America/Santiago 0 0 * * *: 09-07T00:00 09-08T00:00 09-09T00:00'

echo "the next three runs; those in Cairo should begin on 04-24, in Santiago on 09-06:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
