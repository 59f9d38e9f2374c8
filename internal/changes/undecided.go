package changes

import (
	"context"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
)

// Undecided is what is not settled for good.
type Undecided struct {
	// Leases are as [Changes.Leases] returns them, Outside as [Changes.Unreviewed], Scheduled as [Changes.Scheduled].
	Leases    []lease.Lease
	Outside   []Change
	Scheduled []scheduled.Change
}

// Undecided returns what is not settled for good. Mostly there is nothing, which is seen at one look.
func (c *Changes) Undecided(ctx context.Context) (u Undecided, err error) {
	var leases, outside, later bool

	err = c.db.Read().QueryRowContext(ctx, `SELECT `+lease.AnyOpen()+`,
		EXISTS (SELECT 1 FROM opsconsole_changes WHERE unreviewed = 1), `+scheduled.AnyOpen).Scan(&leases, &outside, &later)
	if err != nil {
		return Undecided{}, fmt.Errorf("find what is not settled: %w", err)
	}

	if leases {
		if u.Leases, err = c.Leases(ctx); err != nil {
			return Undecided{}, err
		}
	}

	if outside {
		if u.Outside, err = c.Unreviewed(ctx); err != nil {
			return Undecided{}, err
		}
	}

	if later {
		u.Scheduled, err = c.Scheduled(ctx)
	}

	return u, err
}
