#!/usr/bin/env bash
# rrule 2.8.1 (npm), on Node.js 20 or later.
#
# Believed: rrulestr('DTSTART;TZID=…') returns Dates, which are moments: the same ones wherever the program runs.
# Seen: each Date is shifted by the offset of the zone that the process happens to be in. Only where TZ is UTC are they the moments
# of the rule; in New York the same rule begins four hours earlier.
# Bites: who expands maintenance windows on a laptop or in a container with a zone set, and compares them with what a server, in UTC,
# stored; tests in CI, where everything is UTC, never see it.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund rrule@2.8.1 >/dev/null

cat >read.cjs <<'JS'
const { rrulestr } = require('rrule');

console.log(rrulestr('DTSTART;TZID=Europe/Berlin:20260601T120000\nRRULE:FREQ=DAILY;COUNT=1').all()[0].toISOString());
JS

utc=$(TZ=UTC node read.cjs)
york=$(TZ=America/New_York node read.cjs)

echo "noon in Berlin, where the process is in UTC:      $utc"
echo "noon in Berlin, where the process is in New York: $york"
[ "$utc" = 2026-06-01T10:00:00.000Z ] && [ "$york" = 2026-06-01T06:00:00.000Z ] || { echo "the behavior has changed"; exit 1; }
