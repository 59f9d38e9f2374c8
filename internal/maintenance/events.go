package maintenance

import (
	"context"
	"database/sql"
	"time"
)

// EventKind says what happened to a window.
type EventKind string

// The kinds. A window that was missed is told as cancelled; its phase says missed. A
// series is told as announced once, with its first window.
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
