package maintenance

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/changes"
)

// announceNext tells of the window of a series whose turn it is, unless it was announced before.
// Nothing of it changes: a form that somebody has open stays good.
func (s *Windows) announceNext(ctx context.Context, tx *sql.Tx, series int64) error {
	next, err := s.query(ctx, tx, `
		WHERE series_id = $1 AND started_at IS NULL AND phase IN ('announced', 'held') ORDER BY occurrence LIMIT 1`, series)
	if err != nil || len(next) == 0 {
		return err
	}

	var told int

	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_window_events WHERE window_id = $1 AND kind = $2`,
		next[0].ID, EventAnnounced).Scan(&told)
	if err != nil {
		return fmt.Errorf("look whether window %d was announced: %w", next[0].ID, err)
	}

	if told > 0 {
		return nil
	}

	_, err = s.tellOf(ctx, tx, next[0].ID, Event{
		Kind: EventAnnounced, Actor: changes.Scheduled(next[0].ActsFor).Username, Reason: next[0].Reason,
	})

	return err
}

// tellOf tells subscribers something of a window of which nothing else changes.
func (s *Windows) tellOf(ctx context.Context, tx *sql.Tx, id int64, event Event) (Event, error) {
	w, err := s.locked(ctx, tx, id)
	if err != nil {
		return Event{}, err
	}

	w.Sequence++
	w.UpdatedAt = s.now()

	if err := s.writeRow(ctx, tx, &w); err != nil {
		return Event{}, err
	}

	event.Window, event.At = w, w.UpdatedAt

	return s.tell(ctx, tx, event)
}
