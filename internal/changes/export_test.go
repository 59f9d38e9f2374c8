package changes

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Statement is the query of a page of the filter, for the test of how it is carried out.
func (f Filter) Statement(last store.Time) (query string, args []any) {
	clause, args := f.clause(last)
	at, id := f.order()

	return "SELECT " + columnsRead(nil)(&Change{}).Names() + " FROM opsconsole_changes " + clause + " ORDER BY " + at + " DESC, " + id + " DESC LIMIT 50", args
}

// EndBy notes that a lease, as it was read, is to be taken back by the change that made it.
func (c *Changes) EndBy(ctx context.Context, l lease.Lease) error {
	return c.db.Tx(ctx, func(tx *sql.Tx) error { return c.leases.EndBy(ctx, tx, l, l.Change) })
}

// LastAndOpen is for the test of how it is carried out.
const LastAndOpen = lastAndOpen

// OpenAt is for the test of how it is carried out.
const OpenAt = openAt
