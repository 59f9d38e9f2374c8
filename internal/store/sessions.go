package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	// allSessions are as many as the pools have connections.
	allSessions = postgresWriters + postgresReaders + 1
	// fewestSessions are what a start takes, startSessions those among them with which it prepares the database.
	fewestSessions = 10
	startSessions  = 3
	// lastSession is after how long without another one a pooler has no more. Until then nobody else is given one by it, and
	// who waits for one does so for longer.
	lastSession = 3 * time.Second
)

// CountSessions has the pools use no more sessions than a pooler gives, and returns an error where it gives fewer than a start
// takes. It is for a process that serves: others need a few, and may have to share the pooler with one.
func (db *DB) CountSessions(ctx context.Context) error {
	if !db.pooled {
		return nil
	}

	defer db.reconnect() // as after the other looks

	got, why := takeSessions(ctx, map[*sql.DB]int{db.write: postgresWriters, db.read: postgresReaders, db.probe: 1})

	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case got < fewestSessions:
		return fmt.Errorf("a connection pooler gives this process %d sessions, and it needs at least %d; set a default_pool_size "+
			"of 31 for each process, or whatever the pooler calls it: %w", got, fewestSessions, why)
	case got < allSessions:
		left := got - startSessions - 1 // the probe's
		db.use(left/2, left-left/2)
		db.few = got
	}

	return nil
}

// FewSessions is how many sessions a pooler gave, where that is less than a process uses when it may; 0 otherwise.
func (db *DB) FewSessions() int { return db.few }

// CountAgain has the pools use all their sessions once a pooler gives them, and reports whether it does: at the start the process
// before this one may still have had some. It is not to be called twice at once.
func (db *DB) CountAgain(ctx context.Context) bool {
	if db.few == 0 {
		return true
	}

	missing := allSessions
	for _, pool := range []*sql.DB{db.write, db.read, db.probe} {
		missing -= pool.Stats().OpenConnections
	}

	spare := db.patient()
	spare.SetMaxOpenConns(missing)

	got, _ := takeSessions(ctx, map[*sql.DB]int{spare: missing})
	if err := spare.Close(); err != nil || got < missing {
		return false
	}

	db.use(postgresWriters, postgresReaders)
	db.few = 0

	return true
}

// use bounds the pools: who asks for a session that a pooler does not have waits for it in vain.
func (db *DB) use(writers, readers int) {
	for pool, most := range map[*sql.DB]int{db.write: writers, db.read: readers} {
		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
	}
}

// takeSessions takes so many sessions of each pool at once, and lets go of them. It returns how many there were, and why there
// were no more.
func takeSessions(ctx context.Context, pools map[*sql.DB]int) (got int, why error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()

	none := time.AfterFunc(lastSession, enough)
	defer none.Stop()

	type answer struct {
		conn *sql.Conn
		err  error
	}

	answers, all := make(chan answer), 0

	for pool, most := range pools {
		for range most {
			all++

			go func() {
				conn, err := pool.Conn(ctx)
				answers <- answer{conn, err}
			}()
		}
	}

	why = errNoSession

	for range all {
		a := <-answers

		switch {
		case a.err == nil:
			got++

			none.Reset(lastSession)

			defer a.conn.Close() // when all have been asked for
		case ctx.Err() == nil:
			why = a.err
		}
	}

	return got, why
}
