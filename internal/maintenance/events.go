package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// EventKind says what happened to a window.
type EventKind string

// The kinds. A window that was missed is told as cancelled; its phase says missed. What
// is done to a series is told once, with the first window that it is done to.
const (
	EventAnnounced EventKind = "announced"
	EventChanged   EventKind = "changed"
	EventStarted   EventKind = "started"
	EventExtended  EventKind = "extended"
	EventOverrun   EventKind = "overrun"
	EventEnded     EventKind = "ended"
	EventCancelled EventKind = "cancelled"
)

// Event is something that subscribers are told.
type Event struct {
	ID   int64     `json:"id"`
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"`
	// Actor and Reason are for operators; they are not published.
	Actor  string `json:"actor"`
	Reason string `json:"reason"`
	// Window is as it was right after; its Sequence is the event's.
	Window Window `json:"window"`
}

// Notifier hears of every event in the transaction that writes it, to enqueue what
// follows. Its error undoes the transaction.
type Notifier interface {
	Notify(ctx context.Context, tx *sql.Tx, event Event) error
}

// transition is something done to a window, as the audit log and the subscribers learn of it.
type transition struct {
	actor   audit.Actor
	action  audit.Action
	outcome audit.Outcome
	reason  string
	message string
	// event tells subscribers; "" tells nobody. Quiet deeds count in the sequence all
	// the same: they are part of one that is told.
	event EventKind
	quiet bool
	// before is the window as it was, nil for a new one.
	before *Window
}

// save writes a window after a transition, with the audit entry and the event.
func (s *Windows) save(ctx context.Context, tx *sql.Tx, w *Window, d transition) error {
	w.Revision++
	w.UpdatedAt = s.now()

	if d.event != "" && w.ID != 0 {
		w.Sequence++
	}

	if err := s.writeRow(ctx, tx, w); err != nil {
		return err
	}

	w.derive(w.UpdatedAt)

	if err := s.log(ctx, tx, *w, d); err != nil {
		return err
	}

	if d.event == "" || d.quiet {
		return nil
	}

	event := Event{Kind: d.event, At: w.UpdatedAt, Actor: d.actor.Username, Reason: d.reason, Window: *w}

	var err error

	event.ID, err = event.columns().Insert(ctx, tx, eventTable)
	if err != nil {
		return fmt.Errorf("write the event of window %d: %w", w.ID, err)
	}

	if s.Notify == nil {
		return nil
	}

	return s.Notify.Notify(ctx, tx, event)
}

func (s *Windows) writeRow(ctx context.Context, tx *sql.Tx, w *Window) (err error) {
	if w.ID != 0 {
		_, err = w.columns().Update(ctx, tx, windowTable, "id = $1", w.ID)
	} else {
		w.ID, err = w.columns().Insert(ctx, tx, windowTable)
	}

	if err != nil {
		return fmt.Errorf("write window %d: %w", w.ID, err)
	}

	return nil
}

func (s *Windows) log(ctx context.Context, tx *sql.Tx, w Window, d transition) (err error) {
	entry := audit.Entry{
		Action: d.action, Object: object(w.ID), Outcome: d.outcome, Reason: d.reason, Message: d.message,
	}
	if entry.Outcome == "" {
		entry.Outcome = audit.Done
	}

	if d.before != nil {
		if entry.Before, err = d.before.auditTerms(); err != nil {
			return err
		}
	}

	if entry.After, err = w.auditTerms(); err != nil {
		return err
	}

	_, err = s.Audit.Append(ctx, tx, d.actor, entry)

	return err
}

const eventTable = "opsconsole_window_events"

// columns are those of the table but for the id.
func (e *Event) columns() store.Columns {
	return store.Columns{
		{Name: "window_id", Value: &e.Window.ID},
		{Name: "kind", Value: &e.Kind},
		{Name: "at", Value: store.ZeroTime(&e.At)},
		{Name: "actor", Value: &e.Actor},
		{Name: "reason", Value: &e.Reason},
		{Name: "window_json", Value: store.JSON(&e.Window)},
	}
}

func (e *Event) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &e.ID}}, e.columns()...)
}

// Events returns the events after that id, oldest first, at most limit.
func (s *Windows) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	return s.events(ctx, s.DB.Read(), `WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// EventsOf returns the events of a window, oldest first.
func (s *Windows) EventsOf(ctx context.Context, id int64) ([]Event, error) {
	return s.events(ctx, s.DB.Read(), `WHERE window_id = $1 ORDER BY id`, id)
}

func (s *Windows) events(ctx context.Context, q store.Querier, clause string, args ...any) ([]Event, error) {
	found, err := store.Select(ctx, q, eventTable, (*Event).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}

	return found, nil
}

func object(id int64) string { return fmt.Sprintf("maintenance/windows/%d", id) }
