#!/usr/bin/env bash
# starlette 1.10.0 and fastapi 0.165.0, with CPython 3.11.
#
# Believed: a 405 names in Allow the methods that the path has, as RFC 9110 (15.5.6) wants it; so what is not named, the path does not have.
# Seen: each decorator of FastAPI makes a route of its own, and the router answers for the first whose path fits: a path with GET and DELETE says
# "Allow: GET", and OPTIONS, which nobody defined, is answered the same. A path that is not there is a 404 without Allow.
# Bites: whoever asks OPTIONS which calls an API has, and takes DELETE for missing.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastapi==0.165.0 starlette==1.10.0
cat >ask.py <<'PY'
import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/things/{number}")
def read(number: int): ...


@app.delete("/things/{number}")
def end(number: int): ...


@app.post("/things/{number}/suspend")
def suspend(number: int): ...


async def ask(method, path):
    said = {}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            allow = dict(message["headers"]).get(b"allow")
            said.update(status=message["status"], allow=allow and allow.decode())

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
             "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": [], "client": ("test", 1), "server": ("test", 80)}
    await app(scope, receive, send)
    print(method, path, said["status"], "Allow:", said["allow"])


for method, path in [("PATCH", "/things/0"), ("OPTIONS", "/things/0"), ("OPTIONS", "/things/0/suspend"), ("OPTIONS", "/things/0/resume")]:
    asyncio.run(ask(method, path))
PY
venv/bin/python ask.py >seen
cat seen
diff seen - <<'SEEN'
PATCH /things/0 405 Allow: GET
OPTIONS /things/0 405 Allow: GET
OPTIONS /things/0/suspend 405 Allow: POST
OPTIONS /things/0/resume 404 Allow: None
SEEN
