#!/usr/bin/env bash
# polars 2.1.0 (PyPI), on Python 3.10 or later.
#
# Believed: of lines of JSON whose members differ, read_ndjson makes the columns of all, or says that it cannot: read_json does so of the same records
# in an array, and read_csv of a line that has more than the others.
# Seen: the columns, and the fields of an object in one, are those of the first 100 lines. What has another name further on is left out without a word,
# and an object that is another altogether is read as the known one with nothing in it. scan_ndjson does the same.
# Bites: whoever reads an audit log with it: that a switch was turned on reads as a limit that was set to nothing, and a member that most acts
# do not have, such as who approved, is not there at all. infer_schema_length=None reads all; it works in tests, whose logs are short.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0

cat >read.py <<'PY'
import io
import json

import polars

entries = [{"seq": seq, "after": {"limit": seq}} for seq in range(1, 101)]
entries.append({"seq": 101, "after": {"enabled": True}, "approved_by": "olga"})

lines = "\n".join(map(json.dumps, entries)).encode()

print("written:", entries[-1])
print("read_ndjson:", polars.read_ndjson(lines).row(-1, named=True))
print("scan_ndjson:", polars.scan_ndjson(io.BytesIO(lines)).collect().row(-1, named=True))
print("read_ndjson of all:", polars.read_ndjson(lines, infer_schema_length=None).row(-1, named=True))

try:
    print("read_json:", polars.read_json(json.dumps(entries).encode()).row(-1, named=True))
except polars.exceptions.ComputeError as refused:
    print("read_json:", str(refused).split(":")[0])
PY

venv/bin/python read.py | tee seen
diff seen - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
written: {'seq': 101, 'after': {'enabled': True}, 'approved_by': 'olga'}
read_ndjson: {'seq': 101, 'after': {'limit': None}}
scan_ndjson: {'seq': 101, 'after': {'limit': None}}
read_ndjson of all: {'seq': 101, 'after': {'limit': None, 'enabled': True}, 'approved_by': 'olga'}
read_json: extra field in struct data
SEEN
