package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const windowTable = "opsconsole_windows"

// columns are those of the table but for the id.
func (w *Window) columns() store.Columns {
	return slices.Concat(store.Columns{
		{Name: "uid", Value: &w.UID},
		{Name: "revision", Value: &w.Revision},
		{Name: "sequence", Value: &w.Sequence},
		{Name: "phase", Value: &w.stored},
		{Name: "title", Value: &w.Title},
		{Name: "message", Value: &w.Message},
		{Name: "maintenance_mode", Value: &w.MaintenanceMode},
		{Name: "settings_json", Value: store.JSON(&w.Settings)},
		{Name: "alert_matchers_json", Value: store.JSON(&w.AlertMatchers)},
		{Name: "starts_at", Value: store.ZeroTime(&w.StartsAt)},
		{Name: "ends_at", Value: store.ZeroTime(&w.EndsAt)},
		{Name: "planned_starts_at", Value: store.ZeroTime(&w.PlannedStartsAt)},
		{Name: "planned_ends_at", Value: store.ZeroTime(&w.PlannedEndsAt)},
		{Name: "time_zone", Value: &w.TimeZone},
		{Name: "series_id", Value: &w.Series},
		{Name: "occurrence", Value: &w.Occurrence},
		{Name: "wall", Value: &w.wall},
		{Name: "recurrence", Value: &w.Recurrence},
		{Name: "words", Value: &w.words},
		{Name: "reason", Value: &w.Reason},
		{Name: "announced_by", Value: &w.AnnouncedBy},
		{Name: "announced_at", Value: store.ZeroTime(&w.AnnouncedAt)},
		{Name: "acts_for", Value: &w.ActsFor},
		{Name: "updated_at", Value: store.ZeroTime(&w.UpdatedAt)},
		{Name: "started_at", Value: store.NullTime(&w.StartedAt)},
		{Name: "ended_at", Value: store.NullTime(&w.EndedAt)},
		{Name: "back_at", Value: store.NullTime(&w.BackAt)},
		{Name: "verified_at", Value: store.ZeroTime(&w.verifiedAt)},
		{Name: "verified_by", Value: &w.verifiedBy},
		{Name: "verify_reason", Value: &w.verifyReason},
		{Name: "health", Value: &w.health},
		{Name: "why", Value: &w.phaseNote},
		{Name: "trouble", Value: &w.tryNote},
		{Name: "steps_json", Value: store.JSON(&w.Steps)},
		{Name: "report_json", Value: store.JSON(&w.Report)},
		{Name: "due_at", Value: store.ZeroTime(&w.dueAt)},
		{Name: "tries", Value: &w.tries},
		{Name: "next_try_at", Value: store.ZeroTime(&w.nextTryAt)},
	}, w.clockColumns(), w.Columns())
}

func (w *Window) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &w.ID}}, w.columns()...)
}

// query returns the windows that the clause selects, with what the clock says of them.
func (s *Windows) query(ctx context.Context, q store.Querier, clause string, args ...any) ([]Window, error) {
	windows, err := store.Select(ctx, q, windowTable, (*Window).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list windows: %w", err)
	}

	for i := range windows {
		windows[i].derive(s.now())
		windows[i].silencesNone()
	}

	return windows, s.addSilences(ctx, q, windows)
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

// write runs fn in a transaction in which nobody else writes a window, and lets the
// pages know.
func (s *Windows) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	err := s.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE opsconsole_calendar SET version = version + 1 WHERE id = 1`)
		if err != nil {
			return fmt.Errorf("lock the calendar: %w", err)
		}

		return fn(tx)
	})
	if err == nil {
		s.OnChange()
	}

	return err
}

// Version grows whenever what [Windows.Published] returns may have changed, but for the
// passing of time.
func (s *Windows) Version(ctx context.Context) (version int64, err error) {
	err = s.DB.Read().QueryRowContext(ctx, `SELECT version FROM opsconsole_calendar WHERE id = 1`).Scan(&version)

	return version, err
}

// now is the time as the database keeps it.
func (s *Windows) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// shared is the time by which replicas claim and put off tries.
func (s *Windows) shared(ctx context.Context, from store.Querier) (time.Time, error) {
	return s.DB.Now(ctx, from, s.Now)
}
