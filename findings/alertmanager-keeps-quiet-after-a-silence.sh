#!/usr/bin/env bash
# prometheus-alertmanager 0.25.0 of Debian bookworm; 0.35.0 does the same. Needs apt-get, curl and python3.
#
# Believed: a silence keeps quiet what happens while it lasts. What was told as firing before is told as resolved at the latest when it is
# over, and what begins to fire after that is told as anything that fires.
# Seen: an alert that resolves under a silence is told as resolved to nobody, also not later. When it fires again after the silence, nobody is told of that
# either until repeat_interval, by default four hours, has passed since it was first told: Alertmanager remembers it as one that it told to be firing.
# Bites: who ends a trouble in a maintenance window that silences it: the incident stays open where it was told, and the next outage of
# the same alert, after the window, wakes nobody for hours.
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
at=http://127.0.0.1:19494

(apt-get download -qq 'prometheus-alertmanager=0.25.0*' && dpkg-deb -x ./*.deb .) >/dev/null 2>&1

cat >hook.py <<'PY'
import http.server
import json


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]:
            print(alert["labels"]["alertname"], alert["status"], flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_): ...


http.server.HTTPServer(("127.0.0.1", 19495), Hook).serve_forever()
PY
python3 hook.py >told &

cat >config.yml <<'YML'
route: { receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: "http://127.0.0.1:19495/", send_resolved: true }] }]
YML
usr/bin/prometheus-alertmanager --config.file=config.yml --storage.path=data --web.listen-address=127.0.0.1:19494 --cluster.listen-address= >log 2>&1 &
until curl -sf "$at/-/ready" >/dev/null; do sleep 0.1; done

post() { curl -sf -H 'Content-Type: application/json' "$at/api/v2/$1" -d "$2"; }
moment() { date -u -d "$1" +%FT%TZ; }

# both_end_at says when the two alerts, one of which is silenced, end, and waits until that would have been told.
both_end_at() {
	post alerts "[{\"labels\": {\"alertname\": \"heard\"}, \"endsAt\": \"$1\"}, {\"labels\": {\"alertname\": \"silenced\"}, \"endsAt\": \"$1\"}]"
	sleep 5
}

both_end_at "$(moment '+1 hour')"
id=$(post silences "{
	\"matchers\": [{\"name\": \"alertname\", \"value\": \"silenced\", \"isRegex\": false, \"isEqual\": true}], \"createdBy\": \"me\", \"comment\": \"c\",
	\"startsAt\": \"$(moment now)\", \"endsAt\": \"$(moment '+2 hours')\"}" | python3 -c 'import json, sys; print(json.load(sys.stdin)["silenceID"])')
sleep 1
both_end_at "$(moment now)"
curl -sf -X DELETE "$at/api/v2/silence/$id"
sleep 5
both_end_at "$(moment '+1 hour')"

for name in heard silenced; do
	echo "told of the alert that is $name:" $(sed -n "s/^$name //p" told)
done | tee seen
diff seen - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
told of the alert that is heard: firing resolved firing
told of the alert that is silenced: firing
SEEN
