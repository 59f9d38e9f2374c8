#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm), on Node.js 20 or later.
#
# Believed: what it makes of a histogram or a summary is what it makes of a gauge or a counter: one metric for each set of labels, as the
# format has it.
# Seen: it makes one metric of a histogram, and one of a summary, whatever labels they have. The labels are gone, with sum and count, and each
# bucket or quantile is that of the set which came last. Gauges and counters beside them are whole, so nothing looks wrong.
# Bites: who reads how long requests took, or how many, from a program that has a histogram with routes in it, as most have: a page that nobody
# asked for stands for all of them.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund parse-prometheus-text-format@1.1.1 >/dev/null

cat >read.cjs <<'JS'
const parse = require('parse-prometheus-text-format');

const text = `# TYPE requests_total counter
requests_total{route="/jobs"} 900
requests_total{route="/quiet"} 1
# TYPE request_seconds histogram
request_seconds_bucket{route="/jobs",le="0.1"} 100
request_seconds_bucket{route="/jobs",le="+Inf"} 900
request_seconds_sum{route="/jobs"} 2400
request_seconds_count{route="/jobs"} 900
request_seconds_bucket{route="/quiet",le="0.1"} 1
request_seconds_bucket{route="/quiet",le="+Inf"} 1
request_seconds_sum{route="/quiet"} 0.05
request_seconds_count{route="/quiet"} 1
# TYPE poll_seconds summary
poll_seconds{from="a",quantile="0.9"} 30
poll_seconds_sum{from="a"} 300
poll_seconds_count{from="a"} 20
poll_seconds{from="b",quantile="0.9"} 0.1
poll_seconds_sum{from="b"} 1
poll_seconds_count{from="b"} 10
`;

for (const { name, metrics } of parse(text)) console.log(name, JSON.stringify(metrics));
JS
got=$(node read.cjs)
echo "$got"
[ "$got" = 'requests_total [{"value":"900","labels":{"route":"/jobs"}},{"value":"1","labels":{"route":"/quiet"}}]
request_seconds [{"buckets":{"0.1":"1","+Inf":"1"}}]
poll_seconds [{"quantiles":{"0.9":"0.1"}}]' ] || { echo "the behavior has changed"; exit 1; }
