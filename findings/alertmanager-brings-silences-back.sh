#!/usr/bin/env bash
# prometheus-alertmanager 0.25.0 of Debian bookworm; 0.35.0 does the same. Needs apt-get, curl and python3.
#
# Believed: a silence that was ended, and that Alertmanager says is expired, stays so.
# Seen: silences are on disk as they were at the last snapshot, by default up to 15 minutes ago. One that was ended since then
# silences again when Alertmanager is killed and started, until the end that it had first.
# Bites: whoever ends a silence early and looks once: alerts are lost for hours, and nobody asked for it.
set -euo pipefail

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid"; rm -rf "$dir"' EXIT
at=http://127.0.0.1:19493

(cd "$dir" && apt-get download -qq 'prometheus-alertmanager=0.25.0*' && dpkg-deb -x ./*.deb .) >/dev/null
field() { python3 -c 'import functools, json, sys; print(functools.reduce(dict.get, sys.argv[1:], json.load(sys.stdin)))' "$@"; }

printf 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n' >"$dir/config.yml"

start() {
	"$dir/usr/bin/prometheus-alertmanager" --config.file="$dir/config.yml" --storage.path="$dir/data" --web.listen-address=127.0.0.1:19493 \
		--cluster.listen-address= >"$dir/log" 2>&1 &
	pid=$!
	until curl -sf "$at/-/ready" >/dev/null; do sleep 0.1; done
}

stop() {
	kill "-$1" "$pid"
	wait "$pid" || true
	pid=
}

state() { curl -sf "$at/api/v2/silence/$id" | field status state; }

start
id=$(curl -sf -H 'Content-Type: application/json' "$at/api/v2/silences" -d "{
	\"matchers\": [{\"name\": \"a\", \"value\": \"b\", \"isRegex\": false, \"isEqual\": true}], \"createdBy\": \"me\", \"comment\": \"c\",
	\"startsAt\": \"$(date -u +%FT%TZ)\", \"endsAt\": \"$(date -u -d '+2 hours' +%FT%TZ)\"}" | field silenceID)
stop TERM # which makes a snapshot
start
curl -sf -X DELETE "$at/api/v2/silence/$id"
ended=$(state)
stop KILL
start
after=$(state)

echo "ended: $ended; after it was killed: $after"
[ "$ended" = expired ] && [ "$after" = active ] || {
	echo "it behaves otherwise now"
	exit 1
}
