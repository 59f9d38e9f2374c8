#!/usr/bin/env bash
# prometheus 2.42.0 and prometheus-alertmanager 0.25.0 of Debian bookworm. Needs apt-get, curl and python3.
#
# Believed: since 2.4 Prometheus keeps for how long an alert has been pending, and after a restart takes it up where it was; what fires goes on.
# Seen: that holds for alerts whose "for" is at least --rules.alert.for-grace-period, ten minutes unless it is said. All others are pending anew
# for as long as they say. Alertmanager takes an alert of which it does not hear for four minutes for resolved: with a "for" of between four and ten
# minutes, as most rules have it, a restart of a few seconds tells that all is well and five minutes later that it is not.
# Here a minute is three seconds: the rule waits for 5 of them, one Prometheus has a grace period of 10, the other of 2.
# Bites: whoever is told that a trouble is over and goes back to bed, and reports that count incidents, at each update of Prometheus.
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"

(apt-get download -qq 'prometheus=2.42.0*' 'prometheus-alertmanager=0.25.0*' && for deb in *.deb; do dpkg-deb -x "$deb" .; done) >/dev/null 2>&1

cat >hook.py <<'PY'
import http.server
import json


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]:
            print(alert["labels"]["grace"], alert["status"], flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_): ...


http.server.HTTPServer(("127.0.0.1", 19490), Hook).serve_forever()
PY
python3 hook.py >told &

cat >alertmanager.yml <<'YML'
route: { receiver: hook, group_by: [grace], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: "http://127.0.0.1:19490/", send_resolved: true }] }]
YML
usr/bin/prometheus-alertmanager --config.file=alertmanager.yml --storage.path=told.data --web.listen-address=127.0.0.1:19491 --cluster.listen-address= >log 2>&1 &

cat >rules.yml <<'YML'
groups: [{ name: finding, interval: 1s, rules: [{ alert: Always, expr: vector(1), for: 15s }] }]
YML

# run_for runs both for so many seconds; each has the data of the run before.
run_for() {
	local grace port=19491 running=()
	for grace in 30s 6s; do
		((port += 1))
		printf 'global: { external_labels: { grace: "%s" } }\nrule_files: [rules.yml]\nalerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:19491"] }] }] }\n' \
			"$grace" >"$grace.yml"
		usr/bin/prometheus --config.file="$grace.yml" --storage.tsdb.path="$grace" --web.listen-address="127.0.0.1:$port" \
			--rules.alert.resend-delay=3s --rules.alert.for-grace-period="$grace" >>log 2>&1 &
		running+=($!)
	done
	sleep "$1"
	kill "${running[@]}"
	wait "${running[@]}" || true
}

run_for 25
run_for 35

for grace in 30s 6s; do
	echo "told of the alert where the grace period is $grace:" $(sed -n "s/^$grace //p" told)
done | tee seen
diff seen - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
told of the alert where the grace period is 30s: firing resolved firing
told of the alert where the grace period is 6s: firing
SEEN
