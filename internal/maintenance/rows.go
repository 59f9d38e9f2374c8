package maintenance

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// column is a column of a table and where its value is kept in memory; the value is
// both what is written and where it is read to.
type column struct {
	name  string
	value any
}

// moment keeps a [time.Time] as [store.Time] does; zero is NULL.
type moment struct{ at *time.Time }

// Value implements [driver.Valuer].
func (m moment) Value() (driver.Value, error) { return store.Time{Time: *m.at}.Value() }

// Scan implements [sql.Scanner].
func (m moment) Scan(src any) error {
	var t store.Time

	err := t.Scan(src)
	*m.at = t.Time

	return err
}

// maybe keeps a moment that may be nil.
type maybe struct{ at **time.Time }

// Value implements [driver.Valuer].
func (m maybe) Value() (driver.Value, error) {
	if *m.at == nil {
		return nil, nil //nolint:nilnil // NULL
	}

	return store.Time{Time: **m.at}.Value()
}

// Scan implements [sql.Scanner].
func (m maybe) Scan(src any) error {
	var t store.Time

	err := t.Scan(src)
	if *m.at = nil; !t.IsZero() {
		*m.at = &t.Time
	}

	return err
}

// document keeps a value as JSON.
type document struct{ value any }

// Value implements [driver.Valuer].
func (d document) Value() (driver.Value, error) {
	data, err := json.Marshal(d.value)

	return string(data), err
}

// Scan implements [sql.Scanner].
func (d document) Scan(src any) error {
	var text string

	switch src := src.(type) {
	case string:
		text = src
	case []byte:
		text = string(src)
	default:
		return fmt.Errorf("a document is kept as text, not as %T", src)
	}

	return json.Unmarshal([]byte(text), d.value)
}

// columns are those of opsconsole_windows but for the id.
func (w *Window) columns() []column {
	return []column{
		{"uid", &w.UID},
		{"revision", &w.Revision},
		{"sequence", &w.Sequence},
		{"phase", &w.stored},
		{"title", &w.Title},
		{"message", &w.Message},
		{"maintenance_mode", &w.MaintenanceMode},
		{"settings_json", document{&w.Settings}},
		{"starts_at", moment{&w.StartsAt}},
		{"ends_at", moment{&w.EndsAt}},
		{"planned_starts_at", moment{&w.PlannedStartsAt}},
		{"planned_ends_at", moment{&w.PlannedEndsAt}},
		{"time_zone", &w.TimeZone},
		{"series_id", &w.Series},
		{"occurrence", &w.Occurrence},
		{"wall", &w.wall},
		{"recurrence", &w.Recurrence},
		{"words", &w.words},
		{"reason", &w.Reason},
		{"announced_by", &w.AnnouncedBy},
		{"announced_at", moment{&w.AnnouncedAt}},
		{"acts_for", &w.ActsFor},
		{"updated_at", moment{&w.UpdatedAt}},
		{"started_at", maybe{&w.StartedAt}},
		{"ended_at", maybe{&w.EndedAt}},
		{"verified_at", moment{&w.verifiedAt}},
		{"verified_by", &w.verifiedBy},
		{"verify_reason", &w.verifyReason},
		{"health", &w.health},
		{"why", &w.why},
		{"trouble", &w.trouble},
		{"steps_json", document{&w.Steps}},
		{"report_json", document{&w.Report}},
		{"due_at", moment{&w.dueAt}},
		{"tries", &w.tries},
		{"next_try_at", moment{&w.triedNext}},
	}
}

func names(columns []column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}

	return strings.Join(names, ", ")
}

func values(columns []column) []any {
	values := make([]any, len(columns))
	for i, c := range columns {
		values[i] = c.value
	}

	return values
}

// insert writes a new row and returns its id.
func insert(ctx context.Context, tx *sql.Tx, table string, columns []column) (id int64, err error) {
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}

	err = tx.QueryRowContext(ctx, fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) RETURNING id`,
		table, names(columns), strings.Join(marks, ", ")), values(columns)...).Scan(&id)

	return id, err
}

// update writes a row that is there.
func update(ctx context.Context, tx *sql.Tx, table string, id int64, columns []column) error {
	sets := make([]string, len(columns))
	for i, c := range columns {
		sets[i] = fmt.Sprintf("%s = $%d", c.name, i+1)
	}

	_, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE %s SET %s WHERE id = $%d`,
		table, strings.Join(sets, ", "), len(columns)+1), append(values(columns), id)...)

	return err
}

// query returns the windows that the clause selects, with what the clock says of them.
func (s *Windows) query(ctx context.Context, q store.Querier, clause string, args ...any) ([]Window, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, `+names((&Window{}).columns())+` FROM opsconsole_windows `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list windows: %w", err)
	}
	defer rows.Close()

	var out []Window

	for rows.Next() {
		var w Window
		if err := rows.Scan(append([]any{&w.ID}, values(w.columns())...)...); err != nil {
			return nil, fmt.Errorf("list windows: %w", err)
		}

		w.tell(s.moment())
		out = append(out, w)
	}

	return out, rows.Err()
}

func (s *Windows) one(ctx context.Context, q store.Querier, id int64) (Window, error) {
	found, err := s.query(ctx, q, `WHERE id = $1`, id)
	if err != nil {
		return Window{}, err
	}

	if len(found) == 0 {
		return Window{}, ops.NotFound("maintenance window", id)
	}

	return found[0], nil
}

// Get returns a window; RESOURCE_NOT_FOUND when there is none.
func (s *Windows) Get(ctx context.Context, id int64) (Window, error) {
	return s.one(ctx, s.DB.Read(), id)
}

// locked locks the window until tx ends and returns it.
func (s *Windows) locked(ctx context.Context, tx *sql.Tx, id int64) (Window, error) {
	err := tx.QueryRowContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE id = $1 RETURNING id`, id).Scan(&id)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Window{}, ops.NotFound("maintenance window", id)
	case err != nil:
		return Window{}, fmt.Errorf("lock window %d: %w", id, err)
	}

	return s.one(ctx, tx, id)
}

// calendar runs fn in a transaction in which nobody else writes a window.
func (s *Windows) calendar(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return s.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE opsconsole_calendar SET version = version + 1 WHERE id = 1`)
		if err != nil {
			return fmt.Errorf("lock the calendar: %w", err)
		}

		return fn(tx)
	})
}

// Version grows whenever what [Windows.Published] returns may have changed, but for the
// passing of time.
func (s *Windows) Version(ctx context.Context) (version int64, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `SELECT version FROM opsconsole_calendar WHERE id = 1`).Scan(&version)

	return version, err
}

// moment is now as the database keeps it.
func (s *Windows) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }
