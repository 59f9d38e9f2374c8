package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // it also registers the driver "pgx"
)

const (
	// Pages are read while writers wait for a lock: neither takes the other's connections.
	postgresReaders = 10
	postgresWriters = 10

	connectionLifetime = 5 * time.Minute
)

func openPostgres(databaseURL string, limits Limits) (*DB, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("open the postgres database: %w", err)
	}

	config.DialFunc = dialMarked(dialer().DialContext)

	// The URL may name several hosts, of which each has its part of the time: one that is gone says nothing.
	attempts := 1 + len(config.Fallbacks)
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTimeout/time.Duration(attempts))
	within := time.Duration(attempts * int(config.ConnectTimeout))

	pool := func(most int, limits Limits) *sql.DB {
		session := stdlib.OptionAfterConnect(limits.apply)
		pool := sql.OpenDB(connector{stdlib.GetConnector(*config, session), within})

		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
		// A server that became a standby keeps its connections, and none of them may write.
		pool.SetConnMaxLifetime(connectionLifetime)

		return pool
	}

	return &DB{
		dialect: Postgres, write: pool(postgresWriters, limits), read: pool(postgresReaders, limits), probe: pool(1, limits),
		patient: func() *sql.DB { return pool(postgresWriters, limits.patient()) }, limits: limits,
	}, nil
}

// reconnect has every idle connection made anew, for another server may be the one that
// writes by now.
func (db *DB) reconnect() {
	for pool, most := range map[*sql.DB]int{db.write: postgresWriters, db.read: postgresReaders} {
		pool.SetMaxIdleConns(-1)
		pool.SetMaxIdleConns(most)
	}
}

// txOptions ask PostgreSQL for the isolation that this program is written for, whatever
// the server, the role or the URL have as the default: what waited for a lock has to see
// what those before it did. SQLite has one writer.
func (db *DB) txOptions() *sql.TxOptions {
	if db.dialect != Postgres {
		return nil
	}

	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}
