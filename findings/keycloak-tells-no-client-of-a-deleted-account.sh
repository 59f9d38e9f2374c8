#!/usr/bin/env bash
# Keycloak 26.4.0 calls a client's back-channel logout URI when an administrator signs somebody out, and not when the
# account is disabled or deleted, although deleting it ends the same session: the client hears nothing.
#
# Believed: with back-channel logout (OpenID Connect Back-Channel Logout 1.0, section 2.7) and its session in it, a client hears of each
# session that the provider ends, and can keep its own until then. Seen: of three sessions that are over one is told. The refresh token of the
# deleted account is refused with "Session not active", as that of a session that is over; that of the disabled one with "User disabled".
# Bites: who trusts in back-channel logout alone to have people out whose account is gone; and who reads from invalid_grant whether it is.
set -euo pipefail

cd "$(mktemp -d)"
dir=$PWD
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT

mvn -q dependency:get -Dartifact=org.keycloak:keycloak-quarkus-dist:26.4.0:zip -Dtransitive=false
python3 -m zipfile -e ~/.m2/repository/org/keycloak/keycloak-quarkus-dist/26.4.0/*.zip .
cd keycloak-26.4.0
mkdir -p data/import

python3 - <<'PY'
import json
def user(name): return {"username": name, "enabled": True, "email": name + "@example.com", "emailVerified": True, "firstName": name,
                        "lastName": name, "credentials": [{"type": "password", "value": "pw", "temporary": False}]}
json.dump({"realm": "r", "enabled": True, "sslRequired": "none", "users": [user(n) for n in ("signed-out", "disabled", "deleted")],
  "clients": [{"clientId": "c", "secret": "s", "directAccessGrantsEnabled": True, "redirectUris": ["http://127.0.0.1:18199/cb"],
    "attributes": {"backchannel.logout.url": "http://127.0.0.1:18199/out", "backchannel.logout.session.required": "true"}}]},
  open("data/import/r.json", "w"))
PY

export JAVA_OPTS_KC_HEAP="-Xms64m -Xmx640m" KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin
bash bin/kc.sh start-dev --http-host=127.0.0.1 --http-port=18198 --http-management-port=18197 --import-realm >log 2>&1 &

python3 - <<'PY'
import base64, http.server, json, sys, threading, time, urllib.error, urllib.parse, urllib.request

base, told = "http://127.0.0.1:18198", []

class Client(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        part = form["logout_token"][0].split(".")[1]
        told.append(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sid"])
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass

threading.Thread(target=http.server.HTTPServer(("127.0.0.1", 18199), Client).serve_forever, daemon=True).start()

def ask(method, path, body=None, token=None):
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"} if token else {}
    data = None if body is None else (json.dumps(body) if token else urllib.parse.urlencode(body)).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, data, headers, method=method), timeout=20) as answer:
            text = answer.read()
    except urllib.error.HTTPError as e:
        text = e.read()
    return json.loads(text) if text else None

for _ in range(600):
    try:
        urllib.request.urlopen(base + "/realms/r", timeout=5); break
    except OSError:
        time.sleep(1)
else:
    sys.exit("Keycloak did not start: " + open("log").read()[-2000:])

def admin(method, path, body=None):
    token = ask("POST", "/realms/master/protocol/openid-connect/token", {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"})
    return ask(method, "/admin/realms/r" + path, body, token["access_token"])

def grant(**form):
    return ask("POST", "/realms/r/protocol/openid-connect/token", {"client_id": "c", "client_secret": "s", "scope": "openid", **form})

seen = {}
for name, end in {"signed-out": lambda u: admin("POST", "/users/%s/logout" % u["id"], {}), "disabled": lambda u: admin("PUT", "/users/%s" % u["id"], {**u, "enabled": False}),
                  "deleted": lambda u: admin("DELETE", "/users/%s" % u["id"])}.items():
    given = grant(grant_type="password", username=name, password="pw")
    part = given["access_token"].split(".")[1]
    sid = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sid"]
    end(admin("GET", "/users?username=" + name)[0])
    time.sleep(3)
    seen[name] = (sid in told, grant(grant_type="refresh_token", refresh_token=given["refresh_token"]).get("error_description"))
    print(f"{name}: the client is {'told' if seen[name][0] else 'not told'}; its refresh token: {seen[name][1]}")

want = {"signed-out": (True, "Session not active"), "disabled": (False, "User disabled"), "deleted": (False, "Session not active")}
sys.exit(0 if seen == want else "it behaves otherwise by now")
PY
