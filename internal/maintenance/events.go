package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
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
	// WasStartsAt and WasEndsAt are the times before, of an event that moved one of them; else nil.
	WasStartsAt *time.Time `json:"was_starts_at"`
	WasEndsAt   *time.Time `json:"was_ends_at"`
	// Following says that it is about all that follow in the window's series too.
	Following bool `json:"following"`
	// Severity and Text are what users are told by an update, "" of any other event.
	Severity Severity `json:"severity,omitempty"`
	Text     string   `json:"text,omitempty"`
	// SummedUp says that it was told before feeds had an entry for each event: one entry sums up
	// all of the window's that were.
	SummedUp bool `json:"-"`
}

// Notifier hears of every event in the transaction that writes it, to enqueue what
// follows. Its error undoes the transaction.
type Notifier interface {
	Notify(ctx context.Context, tx *sql.Tx, event Event) error
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
		{Name: "was_starts_at", Value: store.NullTime(&e.WasStartsAt)},
		{Name: "was_ends_at", Value: store.NullTime(&e.WasEndsAt)},
		{Name: "following", Value: &e.Following},
		{Name: "severity", Value: &e.Severity},
		{Name: "text", Value: &e.Text},
		{Name: "summed_up", Value: &e.SummedUp},
	}
}

func (e *Event) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &e.ID}}, e.columns()...)
}

// Events returns the events after that id, oldest first, at most limit.
func (s *Windows) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	return events(ctx, s.DB.Read(), `WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// EventsBetween returns the first events in a time, from inclusive and until exclusive, oldest first.
func (s *Windows) EventsBetween(ctx context.Context, from, until time.Time, limit int) ([]Event, error) {
	return events(ctx, s.DB.Read(), `WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT $3`,
		store.Time{Time: from}, store.Time{Time: until}, limit)
}

// EventsOf returns the events of a window, oldest first.
func (s *Windows) EventsOf(ctx context.Context, id int64) ([]Event, error) {
	return EventsOf(ctx, s.DB.Read(), id)
}

// EventsOf returns the events of a window as the transaction sees them, oldest first.
func EventsOf(ctx context.Context, q store.Querier, id int64) ([]Event, error) {
	return events(ctx, q, `WHERE window_id = $1 ORDER BY id`, id)
}

// PublishedEvents returns the events of the windows that users are told of, oldest first.
func (s *Windows) PublishedEvents(ctx context.Context) ([]Event, error) {
	return events(ctx, s.DB.Read(), `WHERE window_id IN (SELECT id FROM `+windowTable+` WHERE `+publishedWindows+`) ORDER BY id`,
		store.Time{Time: s.now().Add(-publishedFor)})
}

func events(ctx context.Context, q store.Querier, clause string, args ...any) ([]Event, error) {
	found, err := store.Select(ctx, q, eventTable, (*Event).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}

	return found, nil
}
