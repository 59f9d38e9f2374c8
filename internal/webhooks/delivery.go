package webhooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// State is what became of a delivery.
type State string

// The states. A delivery is pending until it is delivered, has failed for 24 hours, or
// is dropped because its endpoint was turned off or deleted.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Failed    State = "failed"
	Dropped   State = "dropped"
)

// States lists them all, for filters.
func States() []State { return []State{Pending, Delivered, Failed, Dropped} }

// Delivery is one event for one endpoint.
type Delivery struct {
	// ID is what receivers know it by; later ones sort after it.
	ID      string   `json:"id"`
	Webhook Receiver `json:"webhook"`
	// Event is [TestEvent] for a test, which has no event and no window.
	Event    maintenance.EventKind `json:"event"`
	EventID  *int64                `json:"event_id"`
	WindowID *int64                `json:"window_id"`
	// Title is the window's.
	Title string `json:"title"`
	State State  `json:"state"`
	// Note says why it was dropped, or given up.
	Note string `json:"note"`
	// Attempts is how often it was sent.
	Attempts  int       `json:"attempts"`
	CreatedAt time.Time `json:"created_at"`
	// NextTryAt is when it is sent next; nil when it is not. While an attempt is under
	// way it is when that one counts as lost.
	NextTryAt  *time.Time `json:"next_try_at"`
	FinishedAt *time.Time `json:"finished_at"`
	// Last is the last attempt, nil before the first.
	Last *Attempt `json:"last"`
	// Log are all attempts, oldest first, and Body is what is sent; a list leaves both out.
	Log  []Attempt       `json:"log,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`

	last Attempt
}

// Receiver is the endpoint of a delivery, which may have been deleted since.
type Receiver struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Deleted bool   `json:"deleted"`

	deletedAt time.Time
}

// Attempt is one time that a delivery was sent.
type Attempt struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	// Status is the answer's, 0 when there was none.
	Status     int   `json:"status"`
	DurationMS int64 `json:"duration_ms"`
	// Error says in a sentence why it failed, "" when it did not.
	Error string `json:"error"`
}

const deliveryTable = "opsconsole_webhook_deliveries"

// Filter selects deliveries; what is zero does not restrict.
type Filter struct {
	Webhook int64
	Window  int64
	State   State
	Event   maintenance.EventKind
	// Cursor is the Next of the page before.
	Cursor string
	// Limit is the most deliveries on a page; 0 means 50.
	Limit int
}

// Page is deliveries, newest first. Next is the Cursor of the next page, "" on the last.
type Page struct {
	Items []Delivery
	Next  string
}

const defaultLimit = 50

// Deliveries returns a page of the log.
func (s *Webhooks) Deliveries(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	where, args := filter.where()

	items, err := s.deliveries(ctx, fmt.Sprintf(`%s ORDER BY d.id DESC LIMIT %d`, where, filter.Limit+1), args...)
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(items, filter.Limit, func(d Delivery) string { return d.ID })

	return page, nil
}

// CountDeliveries returns how many the filter selects, whatever its Cursor and Limit.
func (s *Webhooks) CountDeliveries(ctx context.Context, filter Filter) (n int, err error) {
	filter.Cursor = ""
	where, args := filter.where()
	err = s.DB.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_webhook_deliveries d `+where, args...).Scan(&n)

	return n, err
}

// Waiting is how many deliveries are not sent yet, and since when the oldest of them waits; zero for none.
type Waiting struct {
	Count int
	Since time.Time
}

// Waiting counts the deliveries that are to be sent, or to be sent again.
func (s *Webhooks) Waiting(ctx context.Context) (w Waiting, err error) {
	err = s.DB.Read().QueryRowContext(ctx,
		`SELECT count(*), min(created_at) FROM opsconsole_webhook_deliveries WHERE state = 'pending'`).
		Scan(&w.Count, store.ZeroTime(&w.Since))

	return w, err
}

func (f Filter) where() (clause string, args []any) {
	clause = "WHERE true"
	add := func(term string, value any) {
		args = append(args, value)
		clause += fmt.Sprintf(" AND "+term, len(args))
	}

	if f.Webhook != 0 {
		add("d.webhook_id = $%d", f.Webhook)
	}

	if f.Window != 0 {
		add("d.window_id = $%d", f.Window)
	}

	if f.State != "" {
		add("d.state = $%d", f.State)
	}

	if f.Event != "" {
		add("d.event = $%d", f.Event)
	}

	if f.Cursor != "" {
		add("d.id < $%d", f.Cursor)
	}

	return clause, args
}

// Delivery returns one with its log and body; RESOURCE_NOT_FOUND when there is none.
func (s *Webhooks) Delivery(ctx context.Context, id string) (Delivery, error) {
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) { // PostgreSQL cannot even look for it
		return Delivery{}, ops.NotFound("delivery", ops.Clip(id))
	}

	found, err := s.deliveries(ctx, `WHERE d.id = $1`, id)
	if err != nil {
		return Delivery{}, err
	}

	if len(found) == 0 {
		return Delivery{}, ops.NotFound("delivery", id)
	}

	d := found[0]

	var body string
	if err := s.DB.Read().QueryRowContext(ctx, `SELECT body FROM opsconsole_webhook_deliveries WHERE id = $1`, id).Scan(&body); err != nil {
		if errors.Is(err, sql.ErrNoRows) { // it was old, and has just gone
			return Delivery{}, ops.NotFound("delivery", id)
		}

		return Delivery{}, fmt.Errorf("read delivery %s: %w", id, err)
	}

	d.Body = json.RawMessage(body)
	d.Log, err = s.attempts(ctx, id)

	return d, err
}

func (s *Webhooks) attempts(ctx context.Context, id string) ([]Attempt, error) {
	found, err := store.Select(ctx, s.DB.Read(), "opsconsole_webhook_attempts", (*Attempt).columns,
		`WHERE delivery_id = $1 ORDER BY number`, id)
	if err != nil {
		return nil, fmt.Errorf("list the attempts of delivery %s: %w", id, err)
	}

	return found, nil
}

func (a *Attempt) columns() store.Columns {
	return store.Columns{
		{Name: "number", Value: &a.Number},
		{Name: "at", Value: store.ZeroTime(&a.At)},
		{Name: "status", Value: &a.Status},
		{Name: "duration_ms", Value: &a.DurationMS},
		{Name: "error", Value: &a.Error},
	}
}

// deliveryJoin is a delivery d with its endpoint w and its last attempt a.
const deliveryJoin = deliveryTable + ` d
	JOIN opsconsole_webhooks w ON w.id = d.webhook_id
	LEFT JOIN opsconsole_webhook_attempts a ON a.delivery_id = d.id AND a.number = d.attempts`

// columns are those of the join, to be read.
func (d *Delivery) columns() store.Columns {
	return store.Columns{
		{Name: "d.id", Value: &d.ID},
		{Name: "d.webhook_id", Value: &d.Webhook.ID},
		{Name: "w.name", Value: &d.Webhook.Name},
		{Name: "w.kind", Value: &d.Webhook.Kind},
		{Name: "w.deleted_at", Value: store.ZeroTime(&d.Webhook.deletedAt)},
		{Name: "d.event", Value: &d.Event},
		{Name: "d.event_id", Value: &d.EventID},
		{Name: "d.window_id", Value: &d.WindowID},
		{Name: "d.title", Value: &d.Title},
		{Name: "d.state", Value: &d.State},
		{Name: "d.note", Value: &d.Note},
		{Name: "d.attempts", Value: &d.Attempts},
		{Name: "d.created_at", Value: store.ZeroTime(&d.CreatedAt)},
		{Name: "d.next_try_at", Value: store.NullTime(&d.NextTryAt)},
		{Name: "d.finished_at", Value: store.NullTime(&d.FinishedAt)},
		{Name: "coalesce(a.number, 0)", Value: &d.last.Number},
		{Name: "a.at", Value: store.ZeroTime(&d.last.At)},
		{Name: "coalesce(a.status, 0)", Value: &d.last.Status},
		{Name: "coalesce(a.duration_ms, 0)", Value: &d.last.DurationMS},
		{Name: "coalesce(a.error, '')", Value: &d.last.Error},
	}
}

func (s *Webhooks) deliveries(ctx context.Context, clause string, args ...any) ([]Delivery, error) {
	found, err := store.Select(ctx, s.DB.Read(), deliveryJoin, (*Delivery).columns, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}

	if found == nil {
		found = []Delivery{} // no deliveries are a list in JSON too
	}

	for i := range found {
		d := &found[i]
		d.Webhook.Deleted = !d.Webhook.deletedAt.IsZero()

		if d.last.Number > 0 {
			last := d.last
			d.Last = &last
		}
	}

	return found, nil
}
