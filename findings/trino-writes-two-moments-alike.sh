#!/usr/bin/env bash
# trino 0.340.0 (PyPI), Trino's own client, on Python 3.10 or later, with tzdata 2026.3.
#
# Believed: a datetime that knows its zone is a moment, and as a parameter of a statement it reaches the server as that moment.
# Seen: where the zone is a ZoneInfo it is written as the time on its wall and the zone's name, without the offset: of the hour that the clocks
# repeat both are written alike, and the server is asked about the same hour twice. With a fixed offset, or in UTC, they differ.
# Bites: exports and billing by hours of local time: the night on which summer time ends has one hour doubly and another not at all. Hours that are
# stepped through in UTC and passed on in UTC are safe.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check trino==0.340.0 tzdata==2026.3

cat >"$dir/ask.py" <<'PY'
import http.server
import json
import threading
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import trino


class Server(http.server.BaseHTTPRequestHandler):
    """Server answers each statement with a row, and keeps the last."""

    statement = ""

    def do_POST(self):
        Server.statement = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer({"nextUri": f"http://127.0.0.1:{self.server.server_port}/v1/next", "stats": {"state": "QUEUED"}})

    def do_GET(self):
        column = {"name": "n", "type": "integer", "typeSignature": {"rawType": "integer", "arguments": []}}
        self.answer({"stats": {"state": "FINISHED"}, "columns": [column], "data": [[1]]})

    def answer(self, answer):
        body = json.dumps({"id": "q", "infoUri": "", **answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): ...


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
cursor = trino.dbapi.connect(host="127.0.0.1", port=server.server_port, user="finding").cursor()

first = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)
for zone in [ZoneInfo("Europe/Berlin"), timezone.utc]:
    for moment in [first, first + timedelta(hours=1)]:
        cursor.execute("SELECT count(*) FROM queries WHERE at >= ?", (moment.astimezone(zone),)).fetchall()
        print(moment.strftime("%H:%M in UTC:"), Server.statement.partition("USING ")[2])
PY

PYTHONTZPATH='' "$dir/venv/bin/python" "$dir/ask.py" | tee "$dir/seen"
diff "$dir/seen" - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
00:30 in UTC: TIMESTAMP '2026-10-25 02:30:00.000000 Europe/Berlin'
01:30 in UTC: TIMESTAMP '2026-10-25 02:30:00.000000 Europe/Berlin'
00:30 in UTC: TIMESTAMP '2026-10-25 00:30:00.000000 UTC'
01:30 in UTC: TIMESTAMP '2026-10-25 01:30:00.000000 UTC'
SEEN
