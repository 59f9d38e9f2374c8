package changes

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// LeaseState is where a temporary change stands.
type LeaseState string

// The states. Overdue is an active lease whose end was tried and has not come about
// yet; held is one that somebody else's change keeps from ending by itself, and that
// waits for an operator.
const (
	LeasePending   LeaseState = "pending"
	LeaseActive    LeaseState = "active"
	LeaseOverdue   LeaseState = "overdue"
	LeaseHeld      LeaseState = "held"
	LeaseEnded     LeaseState = "ended"
	LeaseConfirmed LeaseState = "confirmed"
	LeaseVoid      LeaseState = "void"
)

// LeaseStates lists them all, for filters.
func LeaseStates() []LeaseState {
	return []LeaseState{LeasePending, LeaseActive, LeaseOverdue, LeaseHeld, LeaseEnded, LeaseConfirmed, LeaseVoid}
}

// LeaseKind says what the end of a lease is for.
type LeaseKind string

// The kinds: for a time, until somebody confirms that the change was right, or for the
// length of a maintenance window, which ends it itself.
const (
	LeaseFor     LeaseKind = "until"
	LeaseConfirm LeaseKind = "confirm"
	LeaseWindow  LeaseKind = "window"
)

// Lease is a change that ends by itself and takes back what it set, and only that.
type Lease struct {
	ID      int64           `json:"id"`
	Section ops.SectionName `json:"section"`
	Kind    LeaseKind       `json:"kind"`
	State   LeaseState      `json:"state"`
	Actor   string          `json:"actor"`
	Reason  string          `json:"reason"`
	// Before and Set hold the leased fields alone.
	Before   ops.Values `json:"before"`
	Set      ops.Values `json:"set"`
	StartsAt time.Time  `json:"starts_at"`
	EndsAt   time.Time  `json:"ends_at"`
	EndedAt  *time.Time `json:"ended_at"`
	// Change set the values, EndChange took them back.
	Change    int64  `json:"change"`
	EndChange *int64 `json:"end_change"`
	// Window is the maintenance window that ends it, nil when it ends by itself.
	Window *int64 `json:"window"`
	// Note says why it is overdue or held, or how it ended.
	Note string `json:"note"`

	tries   int
	nextTry time.Time
}

// Open reports whether the lease still holds its fields.
func (l Lease) Open() bool {
	switch l.State {
	case LeasePending, LeaseActive, LeaseOverdue, LeaseHeld:
		return true
	case LeaseEnded, LeaseConfirmed, LeaseVoid:
		return false
	default:
		return false
	}
}

const leaseColumns = `id, section, kind, state, actor, reason, before_json, set_json, starts_at, ends_at, ended_at,
	change_id, end_change_id, window_id, note, tries, next_try_at`

const openLeases = `state IN ('pending', 'active', 'held')`

// Leases returns the open leases, those that end first leading.
func (c *Changes) Leases(ctx context.Context) ([]Lease, error) {
	return c.leases(ctx, c.db.Read(), `WHERE `+openLeases+` ORDER BY ends_at, id`)
}

// LeaseFilter selects temporary changes; what is zero does not restrict.
type LeaseFilter struct {
	State LeaseState
	// Before selects those older than this id: the Next of the page before.
	Before int64
	// Limit is the most on a page; 0 means 50.
	Limit int
}

// LeasePage is temporary changes, newest first. Next is the Before of the next page, 0 on
// the last one.
type LeasePage struct {
	Items []Lease
	Next  int64
}

// LeaseHistory returns a page of the temporary changes, those that are over too.
func (c *Changes) LeaseHistory(ctx context.Context, filter LeaseFilter) (LeasePage, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	terms, args := []string{"id < $1"}, []any{int64(math.MaxInt64)}
	if filter.Before > 0 {
		args[0] = filter.Before
	}

	// Overdue is what is active and past its end.
	switch filter.State {
	case "":
	case LeaseActive:
		terms, args = append(terms, "state = 'active' AND ends_at > $2"), append(args, store.Time{Time: c.moment()})
	case LeaseOverdue:
		terms, args = append(terms, "state = 'active' AND ends_at <= $2"), append(args, store.Time{Time: c.moment()})
	case LeasePending, LeaseHeld, LeaseEnded, LeaseConfirmed, LeaseVoid:
		terms, args = append(terms, "state = $2"), append(args, filter.State)
	}

	items, err := c.leases(ctx, c.db.Read(), fmt.Sprintf(
		`WHERE %s ORDER BY id DESC LIMIT %d`, strings.Join(terms, " AND "), filter.Limit+1), args...)
	if err != nil {
		return LeasePage{}, err
	}

	page := LeasePage{Items: items}
	if len(items) > filter.Limit {
		page.Items = items[:filter.Limit]
		page.Next = page.Items[filter.Limit-1].ID
	}

	return page, nil
}

// Lease returns one, open or not; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Lease(ctx context.Context, id int64) (Lease, error) {
	return c.oneLease(ctx, `WHERE id = $1`, id)
}

func (c *Changes) oneLease(ctx context.Context, clause string, id int64) (Lease, error) {
	found, err := c.leases(ctx, c.db.Read(), clause, id)
	if err != nil {
		return Lease{}, err
	}

	if len(found) == 0 {
		return Lease{}, ops.NotFound("lease", id)
	}

	return found[0], nil
}

func (c *Changes) leases(ctx context.Context, q store.Querier, clause string, args ...any) ([]Lease, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+leaseColumns+` FROM opsconsole_leases `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	defer rows.Close()

	var out []Lease

	for rows.Next() {
		lease, err := c.scanLease(rows)
		if err != nil {
			return nil, fmt.Errorf("list leases: %w", err)
		}

		out = append(out, lease)
	}

	return out, rows.Err()
}

func (c *Changes) scanLease(rows *sql.Rows) (Lease, error) {
	var (
		l                          Lease
		before, set                string
		starts, ends, ended, again store.Time
		endChange, window          sql.NullInt64
	)

	err := rows.Scan(&l.ID, &l.Section, &l.Kind, &l.State, &l.Actor, &l.Reason, &before, &set, &starts, &ends, &ended,
		&l.Change, &endChange, &window, &l.Note, &l.tries, &again)
	if err != nil {
		return Lease{}, err
	}

	if err := json.Unmarshal([]byte(before), &l.Before); err != nil {
		return Lease{}, err
	}

	if err := json.Unmarshal([]byte(set), &l.Set); err != nil {
		return Lease{}, err
	}

	l.StartsAt, l.EndsAt, l.nextTry = starts.Time, ends.Time, again.Time

	if !ended.IsZero() {
		l.EndedAt = &ended.Time
	}

	if endChange.Valid {
		l.EndChange = &endChange.Int64
	}

	if window.Valid {
		l.Window = &window.Int64
	}

	if l.State == LeaseActive && !c.now().Before(l.EndsAt) {
		l.State = LeaseOverdue
	}

	return l, nil
}

// lease writes the lease that belongs to a pending change, unless an open one holds a
// field of it.
func (c *Changes) lease(ctx context.Context, tx *sql.Tx, section ops.Section, change Change, term Term) error {
	open, err := c.leases(ctx, tx, `WHERE section = $1 AND `+openLeases, section.Name)
	if err != nil {
		return err
	}

	before, set := ops.Values{}, ops.Values{}

	for _, d := range section.Diff(change.Before, change.After) {
		before[d.Field.Name], set[d.Field.Name] = d.Before, d.After

		for _, other := range open {
			if _, held := other.Set[d.Field.Name]; held {
				return leaseOverlap(d.Field, other)
			}
		}
	}

	beforeJSON, err := before.MarshalJSON()
	if err != nil {
		return err
	}

	setJSON, err := set.MarshalJSON()
	if err != nil {
		return err
	}

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_leases (section, change_id, kind, state, actor, reason, before_json, set_json, starts_at, ends_at, window_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		section.Name, change.ID, term.Kind, LeasePending, change.Actor, change.Reason,
		string(beforeJSON), string(setJSON), store.Time{Time: change.At}, store.Time{Time: term.EndsAt},
		sql.NullInt64{Int64: term.Window, Valid: term.Window != 0})
	if err != nil {
		return fmt.Errorf("write the lease: %w", err)
	}

	return nil
}

func leaseOverlap(field ops.Field, other Lease) error {
	until := other.EndsAt.UTC().Format("2006-01-02 15:04 UTC")
	e := &ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("%s is held by temporary change %d of %s until %s. End that first, or extend it.",
			field.Label, other.ID, other.Actor, until),
		Details: map[string]any{"lease": other.ID, "field": field.Name},
	}

	if other.Window != nil {
		e.Message = fmt.Sprintf("%s is held by maintenance window %d until %s.", field.Label, *other.Window, until)
		e.Details["window"] = *other.Window
	}

	return e
}

// WindowLeases returns the leases that a maintenance window took, oldest first, but for
// those of changes that came to nothing.
func (c *Changes) WindowLeases(ctx context.Context, q store.Querier, window int64) ([]Lease, error) {
	return c.leases(ctx, q, `WHERE window_id = $1 AND state <> 'void' ORDER BY id`, window)
}

// MoveWindow moves the end of what a maintenance window holds, within tx.
func (c *Changes) MoveWindow(ctx context.Context, tx *sql.Tx, window int64, endsAt time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_leases SET ends_at = $1 WHERE window_id = $2 AND `+openLeases,
		store.Time{Time: endsAt}, window)
	if err != nil {
		return fmt.Errorf("move what window %d holds: %w", window, err)
	}

	return nil
}

// ending notes which change is to take back a lease, unless it was ended or its end was
// moved since it was read; nil is none.
func (c *Changes) ending(ctx context.Context, tx *sql.Tx, lease *Lease, change int64) error {
	if lease == nil {
		return nil
	}

	done, err := tx.ExecContext(ctx, `
		UPDATE opsconsole_leases SET end_change_id = $1
		WHERE id = $2 AND end_change_id IS NULL AND state IN ('active', 'held') AND ends_at = $3`,
		change, lease.ID, store.Time{Time: lease.EndsAt})
	if err != nil {
		return fmt.Errorf("note the end of lease %d: %w", lease.ID, err)
	}

	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, notOpen(*lease, true))
	}

	return nil
}

// settleOthers lets follow what a settled change decides: the outside change that it
// restored, the lease it began, and the one it was to end.
func (c *Changes) settleOthers(ctx context.Context, tx *sql.Tx, change Change, outcome Outcome) error {
	began, ended := LeaseActive, LeaseEnded
	if outcome != Applied {
		began = LeaseVoid
	}

	if outcome == Applied && change.Restores != nil {
		if err := reviewed(ctx, tx, *change.Restores); err != nil {
			return err
		}
	}

	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_leases SET state = $1 WHERE change_id = $2 AND state IN ('pending', 'void')`,
		began, change.ID)
	if err != nil {
		return fmt.Errorf("begin the lease: %w", err)
	}

	if outcome == Applied {
		_, err = tx.ExecContext(ctx, `UPDATE opsconsole_leases SET state = $1, ended_at = $2, note = '' WHERE end_change_id = $3`,
			ended, store.Time{Time: c.moment()}, change.ID)
	} else {
		_, err = tx.ExecContext(ctx, `UPDATE opsconsole_leases SET end_change_id = NULL WHERE end_change_id = $1`, change.ID)
	}

	if err != nil {
		return fmt.Errorf("end the lease: %w", err)
	}

	return nil
}
