#!/usr/bin/env bash
# SQLite 3.54.1, as APSW 3.54.1.0 (PyPI) has it, on Python 3.10 or later.
#
# Believed: a full-text index with prefix='3' helps each search for the beginning of a word that has three letters or more, as a b-tree does: the
# more letters, the fewer words are left. And a search for the newest row, ORDER BY rowid DESC LIMIT 1, ends with the first that it finds.
#
# Seen: only beginnings of just three letters go by that index. With one letter more, or without an index of prefixes, FTS5 gathers the rows
# of all words that begin so before it hands out the first, and LIMIT saves nothing: of the same 100,000 rows "inc" finds the newest at once,
# "inci" takes thousands of times as long, however few rows are asked for. A whole word is found at once, too.
#
# Bites: who searches as people type, newest first: it is quick in tests, and with the first three letters, and gets slower with the
# record where names or tickets begin alike. Indexing all beginnings of a word as words of their own keeps each search in order.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv tools
tools/bin/pip install --quiet apsw==3.54.1.0

cat >find.py <<'EOF'
import statistics
import sys
import time

import apsw

ROWS = 100_000

db = apsw.Connection(":memory:")
db.execute("CREATE VIRTUAL TABLE notes USING fts5(words, content='', detail='none', prefix='3')")

with db:
    db.executemany(
        "INSERT INTO notes(rowid, words) VALUES (?, ?)",
        ((row, f"incident incident{row % 10_000:04d}") for row in range(1, ROWS + 1)),
    )


def newest(words):
    """The newest row, and the seconds that it took, at the median of five times."""
    took = []

    for _ in range(5):
        began = time.perf_counter()
        rows = db.execute("SELECT rowid FROM notes WHERE notes MATCH ? ORDER BY rowid DESC LIMIT 1", (words,)).fetchall()
        took.append(time.perf_counter() - began)

    return rows[0][0], statistics.median(took)


print("SQLite", apsw.sqlite_lib_version())

seconds = {}

for words in ("incident", "inc*", "inci*", "inciden*"):
    row, seconds[words] = newest(words)
    print(f"{words:10} finds row {row} in {seconds[words] * 1000:9.3f} ms")

    if row != ROWS:
        sys.exit(f"{words} found another row than the newest")

for words in ("inci*", "inciden*"):
    if seconds[words] < 20 * max(seconds["inc*"], seconds["incident"]):
        sys.exit(f"it has changed: {words} is quick, too")
EOF

tools/bin/python find.py
