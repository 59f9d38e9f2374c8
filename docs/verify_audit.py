"""Verifies an export of the audit log: python3 verify_audit.py audit.jsonl [anchors.jsonl public.pem [ID:HEXKEY...]]

With the signed heads the public key is enough; codes are verified of the keys that are given."""
import base64, hashlib, hmac, json, sys

keys = dict(arg.split(":") for arg in sys.argv[4:])
hashes, identities, keyed_from, unkeyed, last = {}, "", 0, set(), None
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    entry, (hashed, _) = json.loads(line), line.rsplit(',"hash":"', 1)
    seq, prev, digest, chain = entry["seq"], entry["prev_hash"], entry["hash"], entry.get("chain", "sha256")
    assert last is None or (seq, prev) == (last[0] + 1, last[1]), f"entry {seq} does not follow entry {last[0]}"
    assert hashlib.sha256((hashed + ',"hash":""}').encode()).hexdigest() == digest, f"entry {seq} was altered"
    if entry.get("identity_hash"):
        identity = f"{digest}\n{entry.get('issuer', '')}\n{entry.get('subject', '')}".encode()
        assert hashlib.sha256(identity).hexdigest() == entry["identity_hash"], f"entry {seq} was altered"
        assert "\n" not in entry.get("issuer", ""), f"entry {seq} was altered"
        identities = hashlib.sha256(f"{identities}\n{entry['identity_hash']}".encode()).hexdigest()
    keyed_from = keyed_from or (seq if chain != "sha256" else 0)
    if chain == "sha256" and keyed_from:
        unkeyed.add(seq)  # unless somebody with a key accepts it
    elif entry["action"] == "audit.accept" and entry["outcome"] == "done" and chain != "sha256":
        unkeyed -= {n for s in entry["after"]["entries"] for n in range(s["first"], s["last"] + 1)}
    key = keys.get(chain.removeprefix("hmac-sha256:"))
    if key:
        sealed = f"opsconsole audit entry\n{chain}\n{digest}\n{entry.get('identity_hash', '')}".encode()
        code = hmac.new(bytes.fromhex(key), sealed, hashlib.sha256).hexdigest()
        assert code == entry["mac"], f"entry {seq} was not written with the key"
    last, hashes[seq] = (seq, digest), (digest, keyed_from, identities)

assert not unkeyed, f"entry {min(unkeyed)} is not keyed, although entry {keyed_from} is"
heads = []
if len(sys.argv) > 3:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # pip install cryptography

    public = load_pem_public_key(open(sys.argv[3], "rb").read())
    heads = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
for h in heads:
    text = "opsconsole audit head 1\n{seq}\n{hash}\n{keyed_from}\n{identities}\n{time}\n".format(**h)
    public.verify(base64.b64decode(h["signature"]), text.encode())  # raises InvalidSignature
    assert hashes.get(h["seq"]) == (h["hash"], h["keyed_from"], h["identities"]), f"entry {h['seq']} is not the signed one"

print(f"{len(hashes)} entries fit, up to {last[0]}; {len(heads)} signed heads fit")
