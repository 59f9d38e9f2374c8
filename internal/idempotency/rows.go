package idempotency

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const table = "opsconsole_idempotency"

// row is a key as it is kept.
type row struct {
	ID, Owner, BodyHash string
	BegunAt, SeenAt     time.Time
	// Intent is nil until something was done.
	Intent *int64
	// FinishedAt is zero while the request is under way.
	FinishedAt time.Time
	// Status, Location and Body are the answer, nil where none was kept.
	Status         *int
	Location, Body *string
}

func (r *row) beginning() store.Columns {
	return store.Columns{
		{Name: "id", Value: &r.ID},
		{Name: "owner", Value: &r.Owner},
		{Name: "body_hash", Value: &r.BodyHash},
		{Name: "begun_at", Value: store.ZeroTime(&r.BegunAt)},
		{Name: "seen_at", Value: store.ZeroTime(&r.SeenAt)},
	}
}

func (r *row) ending() store.Columns {
	return store.Columns{
		{Name: "finished_at", Value: store.ZeroTime(&r.FinishedAt)},
		{Name: "status", Value: &r.Status},
		{Name: "location", Value: &r.Location},
		{Name: "body", Value: &r.Body},
	}
}

func (r *row) columns() store.Columns {
	return append(append(r.beginning(), store.Column{Name: "intent", Value: &r.Intent}), r.ending()...)
}

// insert reports whether there was no such key.
func (r *row) insert(ctx context.Context, tx *sql.Tx) (bool, error) {
	columns := r.beginning()

	done, err := tx.ExecContext(ctx, fmt.Sprintf(
		`INSERT INTO %s (%s) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`, table, columns.Names()), columns.Values()...)
	if err != nil {
		return false, err
	}

	n, err := done.RowsAffected()

	return n == 1, err
}

// find returns the row of a key; [sql.ErrNoRows] when there is none.
func find(ctx context.Context, from store.Querier, id string) (row, error) {
	found, err := store.Select(ctx, from, table, (*row).columns, `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}

	if err != nil {
		return row{}, err
	}

	return found[0], nil
}

// forget deletes the key if it is too old, or if its request died before it did anything.
func forget(ctx context.Context, tx *sql.Tx, id string, now time.Time) error {
	at := func(d time.Duration) store.Time { return store.Time{Time: now.Add(d)} }

	_, err := tx.ExecContext(ctx, `
		DELETE FROM opsconsole_idempotency
		WHERE id = $1 AND (begun_at < $2 OR intent IS NULL AND (seen_at < $3 OR seen_at > $4))`,
		id, at(-Retention), at(-abandonedAfter), at(abandonedAfter))

	return err
}

// forgotten reports whether [forget] would delete the key.
func (r *row) forgotten(now time.Time) bool {
	return now.Sub(r.BegunAt) > Retention || r.Intent == nil && r.abandoned(now)
}

// abandoned reports whether the request must have died. One from the future is as old as can
// be: the clock was set back.
func (r *row) abandoned(now time.Time) bool { return now.Sub(r.SeenAt).Abs() > abandonedAfter }

func (r *row) finish(now time.Time, answer *Answer) {
	r.FinishedAt = now

	if answer != nil {
		body := string(answer.Body)
		r.Status, r.Location, r.Body = &answer.Status, &answer.Location, &body
	}
}

// answer is what a request with a body of that hash is told of the key.
func (r *row) answer(hash string, now time.Time) (*Act, error) {
	switch {
	case r.BodyHash != hash:
		return nil, reused()
	case r.Intent == nil, r.FinishedAt.IsZero() && !r.abandoned(now):
		return nil, inFlight()
	default:
		return r.act(), nil
	}
}

// act is what was done under the key.
func (r *row) act() *Act {
	act := &Act{Intent: *r.Intent}
	if r.Status != nil {
		act.Answer = &Answer{Status: *r.Status, Location: *r.Location, Body: []byte(*r.Body)}
	}

	return act
}
