package jobqueue

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
)

// Insert lets tests enqueue jobs of their own.
func Insert(ctx context.Context, e *Enqueuer, tx *sql.Tx, args river.JobArgs, opts river.InsertOpts) error {
	return e.insert(ctx, tx, args, opts)
}
