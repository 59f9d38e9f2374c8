package jobqueue

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Enqueuer enqueues jobs in the caller's transaction: they run if it commits, and
// only then. It has a method for each kind of job, in the file of its family.
type Enqueuer struct {
	client *river.Client[*sql.Tx]
	clock  *Clock
	// enqueued has a value when a job was enqueued since it was looked at last. It may not be
	// committed yet.
	enqueued chan struct{}
}

// NewEnqueuer needs a database that [Migrate] has seen.
func NewEnqueuer(db *store.DB, logger *slog.Logger) (*Enqueuer, error) {
	d, schema := driver(db.Dialect(), db.Write())

	clock := &Clock{db: db}

	client, err := river.NewClient(d, &river.Config{Logger: quiet(logger), Schema: schema, Test: river.TestConfig{Time: clock}})
	if err != nil {
		return nil, fmt.Errorf("set up the enqueuing of jobs: %w", err)
	}

	return &Enqueuer{client: client, clock: clock, enqueued: make(chan struct{}, 1)}, nil
}

// insert enqueues one job. Jobs are not unique in River's sense: whoever must not
// run twice at once sees to it with a row of its own.
func (e *Enqueuer) insert(ctx context.Context, tx *sql.Tx, args river.JobArgs, opts river.InsertOpts) error {
	if err := e.clock.lookWhereOld(ctx, tx); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}

	if _, err := e.client.InsertTx(ctx, tx, args, &opts); err != nil {
		return fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}

	select {
	case e.enqueued <- struct{}{}:
	default: // The engine has not seen the last one yet.
	}

	return nil
}
