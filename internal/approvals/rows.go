package approvals

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const table = "opsconsole_approvals"

// row is an approval as it is kept.
type row struct {
	Approval

	before, after string
	decidedBy     Person
}

func (r *row) columns() store.Columns {
	return store.Columns{
		{Name: "state", Value: &r.State},
		{Name: "action", Value: &r.Action},
		{Name: "object", Value: &r.Object},
		{Name: "before_json", Value: &r.before},
		{Name: "after_json", Value: &r.after},
		{Name: "message", Value: &r.Message},
		{Name: "reason", Value: &r.Reason},
		{Name: "requested_by", Value: &r.RequestedBy.Username},
		{Name: "requested_by_issuer", Value: &r.RequestedBy.Issuer},
		{Name: "requested_by_sub", Value: &r.RequestedBy.Subject},
		{Name: "requested_at", Value: store.ZeroTime(&r.RequestedAt)},
		{Name: "expires_at", Value: store.ZeroTime(&r.ExpiresAt)},
		{Name: "request_json", Value: store.JSON(&r.request)},
		{Name: "stand", Value: &r.stand},
		{Name: "decision", Value: &r.decision},
		{Name: "decided_by", Value: &r.decidedBy.Username},
		{Name: "decided_by_issuer", Value: &r.decidedBy.Issuer},
		{Name: "decided_by_sub", Value: &r.decidedBy.Subject},
		{Name: "decided_at", Value: store.NullTime(&r.DecidedAt)},
		{Name: "decision_reason", Value: &r.DecisionReason},
		{Name: "note", Value: &r.Note},
		{Name: "intent", Value: &r.Intent},
		{Name: "outcome", Value: &r.Outcome},
		{Name: "change_id", Value: &r.Change},
	}
}

func (r *row) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &r.ID}}, r.columns()...)
}

// rowOf is an approval as it is written.
func rowOf(a Approval) *row {
	return &row{Approval: a, before: string(a.Before), after: string(a.After)}
}

// find returns the approvals that the clause selects.
func find(ctx context.Context, q store.Querier, clause string, args ...any) ([]Approval, error) {
	rows, err := store.Select(ctx, q, table, (*row).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}

	out := make([]Approval, 0, len(rows))

	for _, r := range rows {
		if r.before != "" {
			r.Before = json.RawMessage(r.before)
		}

		if r.after != "" {
			r.After = json.RawMessage(r.after)
		}

		if r.DecidedAt != nil && r.decidedBy.Subject != "" {
			r.DecidedBy = &r.decidedBy
		}

		out = append(out, r.Approval)
	}

	return out, nil
}

func one(ctx context.Context, q store.Querier, id int64) (Approval, error) {
	found, err := find(ctx, q, `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = ops.NotFound("approval", id)
	}

	if err != nil {
		return Approval{}, err
	}

	return found[0], nil
}

// end is what is written of an approval when it no longer waits. The request is forgotten: nobody
// sends it any more.
type end struct {
	state        State
	decision     string
	by           Person
	at           time.Time
	reason, note string
}

// write ends an approval if it still waits, and reports whether it did.
func (e end) write(ctx context.Context, tx *sql.Tx, id int64) (bool, error) {
	where := "id = $1 AND state = $2"
	if e.state == Approved { // not before somebody vouches for who asked; two at once wait for each other here
		where += " AND note = ''"
	}

	n, err := store.Columns{
		{Name: "state", Value: e.state},
		{Name: "decision", Value: e.decision},
		{Name: "decided_by", Value: e.by.Username},
		{Name: "decided_by_issuer", Value: e.by.Issuer},
		{Name: "decided_by_sub", Value: e.by.Subject},
		{Name: "decided_at", Value: store.Time{Time: e.at}},
		{Name: "decision_reason", Value: e.reason},
		{Name: "note", Value: e.note},
		{Name: "request_json", Value: "{}"},
	}.Update(ctx, tx, table, where, id, Waiting)
	if err != nil {
		return false, fmt.Errorf("decide about approval %d: %w", id, err)
	}

	return n == 1, nil
}
