package lease

import (
	"context"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
)

const table = "opsconsole_leases"

// columns are those of the table but for the id.
func (l *Lease) columns() store.Columns {
	return append(store.Columns{
		{Name: "section", Value: &l.Section},
		{Name: "change_id", Value: &l.Change},
		{Name: "end_change_id", Value: &l.EndChange},
		{Name: "kind", Value: &l.Kind},
		{Name: "state", Value: &l.State},
		{Name: "actor", Value: &l.Actor},
		{Name: "reason", Value: &l.Reason},
		{Name: "before_json", Value: store.JSON(&l.Before)},
		{Name: "set_json", Value: store.JSON(&l.Set)},
		{Name: "starts_at", Value: store.ZeroTime(&l.StartsAt)},
		{Name: "ends_at", Value: store.ZeroTime(&l.EndsAt)},
		{Name: "ended_at", Value: store.NullTime(&l.EndedAt)},
		{Name: "window_id", Value: &l.Holder},
		{Name: "tries", Value: &l.tries},
		{Name: "next_try_at", Value: store.ZeroTime(&l.nextTry)},
		{Name: "note", Value: &l.Note},
	}, l.Columns()...)
}

func (l *Lease) row() store.Columns {
	return append(store.Columns{{Name: "id", Value: &l.ID}}, l.columns()...)
}

// open is the condition of [State.Open]. Overdue is not stored: it is active and past its end.
func open() string {
	var states []string

	for _, s := range States() {
		if s.Open() && s != Overdue {
			states = append(states, "'"+string(s)+"'")
		}
	}

	return "state IN (" + strings.Join(states, ", ") + ")"
}

// AnyOpen is an expression for whether any lease is open.
func AnyOpen() string { return `EXISTS (SELECT 1 FROM ` + table + ` WHERE ` + open() + `)` }

// settled is the condition of [Lease.Settled].
const settled = `state IN ('active', 'held') AND end_change_id IS NULL`

// query returns the leases that the clause selects, with what the clock says of them.
func (s *Store) query(ctx context.Context, q store.Querier, clause string, args ...any) ([]Lease, error) {
	found, err := store.Select(ctx, q, table, (*Lease).row, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}

	now := s.now()

	for i := range found {
		l := &found[i]
		l.derive(now)

		if !l.Open() || l.Note == "" { // a version before this one writes state and note alone
			l.Failure = failure.Failure{}
		}
	}

	return found, nil
}
