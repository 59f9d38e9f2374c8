package webhooks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// maxPause is the longest pause between two tries.
	maxPause = time.Hour
	// giveUpAfter is how long a delivery is tried before it is given up.
	giveUpAfter = 24 * time.Hour
)

// retryPolicy is when a delivery is tried again: after pauses that double from 5 s on and
// are up to half of it shorter. An attempt of which nothing was heard counts as lost after
// a minute, which is more than an endpoint is waited for.
func retryPolicy() retry.Policy {
	const first, jitter = 5 * time.Second, 0.5

	return retry.Policy{First: first, Max: maxPause, Jitter: jitter, ClaimFor: time.Minute}
}

// attempt is a delivery that is being sent.
type attempt struct {
	id       string
	number   int
	tries    int
	event    maintenance.EventKind
	body     string
	giveUpAt time.Time
	endpoint Endpoint
}

// Deliver sends a delivery if it is due. It returns when it is to be called again, zero
// when never. An error says that the database failed, and to call it again soon.
func (s *Webhooks) Deliver(ctx context.Context, id string) (next time.Time, err error) {
	a, next, err := s.claim(ctx, id)
	if err != nil || a == nil {
		return next, err
	}

	failpoint.Reach(failpoint.DeliveryClaimed)

	begun := s.Now()
	r := s.send(ctx, *a, begun)

	failpoint.Reach(failpoint.DeliverySent)

	next, err = s.settle(context.WithoutCancel(ctx), *a, r, begun, s.Now().Sub(begun))

	failpoint.Reach(failpoint.DeliveryRecorded)

	return next, err
}

// claim takes a delivery that is due, for one process alone, and writes the attempt
// down. It returns nil when there is nothing to send, and when to look again.
func (s *Webhooks) claim(ctx context.Context, id string) (a *attempt, next time.Time, err error) {
	err = s.DB.Tx(ctx, func(tx *sql.Tx) (err error) {
		if err := s.drop(ctx, tx, id); err != nil {
			return err
		}

		if a, err = s.take(ctx, tx, id); err != nil || a != nil {
			return err
		}

		next, err = dueAt(ctx, tx, id)

		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("begin delivery %s: %w", id, err)
	}

	return a, next, nil
}

// drop ends a delivery whose endpoint was turned off or deleted since.
func (s *Webhooks) drop(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE opsconsole_webhook_deliveries SET state = 'dropped', note = $1, next_try_at = NULL, finished_at = $2
		WHERE id = $3 AND state = 'pending' AND webhook_id IN (
			SELECT id FROM opsconsole_webhooks WHERE deleted_at IS NOT NULL OR NOT enabled AND event <> $4)`,
		"The webhook was turned off or deleted.", store.Time{Time: s.now()}, id, TestEvent)

	return err
}

// take claims the delivery and counts the attempt.
func (s *Webhooks) take(ctx context.Context, tx *sql.Tx, id string) (*attempt, error) {
	var (
		a        = attempt{id: id}
		webhook  int64
		giveUpAt store.Time
		row      = retry.Row{Table: deliveryTable, Condition: "id = $1 AND state = 'pending'", Args: []any{id}}
	)

	now, err := s.shared(ctx, tx)
	if err != nil {
		return nil, err
	}

	if claimed, err := retryPolicy().Claim(ctx, tx, row, now); err != nil || !claimed {
		return nil, err
	}

	err = tx.QueryRowContext(ctx, `
		UPDATE opsconsole_webhook_deliveries SET attempts = attempts + 1, tries = tries + 1 WHERE id = $1
		RETURNING attempts, tries, event, body, give_up_at, webhook_id`, id).
		Scan(&a.number, &a.tries, &a.event, &a.body, &giveUpAt, &webhook)
	if err != nil {
		return nil, err
	}

	a.giveUpAt = giveUpAt.Time

	if a.endpoint, err = s.endpoint(ctx, tx, webhook); err != nil {
		return nil, err
	}

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_webhook_attempts (delivery_id, number, at, status, duration_ms, error) VALUES ($1, $2, $3, 0, 0, $4)`,
		id, a.number, store.Time{Time: s.now()}, "There is no answer yet, or the console stopped before it had one.")

	return &a, err
}

// dueAt returns when a delivery is due that is not now, zero when it is done with.
func dueAt(ctx context.Context, tx *sql.Tx, id string) (time.Time, error) {
	var at store.Time

	err := tx.QueryRowContext(ctx,
		`SELECT next_try_at FROM opsconsole_webhook_deliveries WHERE id = $1 AND state = 'pending'`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}

	return at.Time, err
}

// send sends it, unless the endpoint or the configuration has changed since.
func (s *Webhooks) send(ctx context.Context, a attempt, at time.Time) result {
	e := a.endpoint

	to, err := s.CheckURL(e.url)
	if err != nil {
		return result{problem: "The address " + err.Error() + "."}
	}

	headers := map[string]string{
		"Content-Type": "application/json", "User-Agent": "opsconsole", DeliveryHeader: a.id, EventHeader: string(a.event),
	}

	signature, err := e.signature(a.id, a.body, at)
	if err != nil {
		return result{problem: "The secret cannot be read, so nothing can be signed. Change it."}
	}

	maps.Copy(headers, signature)

	r, cause := s.post(ctx, to, headers, a.body)
	if r.problem != "" {
		s.Logger.WarnContext(ctx, "a webhook was not delivered", slog.String("delivery", a.id), slog.Int64("webhook", e.ID),
			slog.Int("attempt", a.number), slog.Int("status", r.status), slog.String("problem", r.problem),
			slog.Any("error", withoutAddress(cause)))
	}

	return r
}

// withoutAddress is the cause of a failure without the address, which others must not know.
func withoutAddress(cause error) error {
	if e, ok := errors.AsType[*url.Error](cause); ok {
		return e.Err
	}

	return cause
}

// refusedForGood says why the same request need not be made again, "" where it may be answered
// otherwise later.
func (r result) refusedForGood() string {
	const again = " It is not tried again by itself: "

	switch r.status {
	case http.StatusBadRequest:
		return "The endpoint does not accept deliveries." + again + "make it accept them, then send it again."
	case http.StatusNotFound:
		return "There is no such address." + again + "create it, or change the webhook's address, then send it again."
	case http.StatusGone:
		return "The address no longer exists." + again + "change the webhook's address and send it again, or delete the webhook."
	default:
		return ""
	}
}

// settle writes down how an attempt ended, and when the next one is.
func (s *Webhooks) settle(ctx context.Context, a attempt, r result, begun time.Time, took time.Duration) (next time.Time, err error) {
	now, err := s.shared(ctx, s.DB.Write())
	if err != nil {
		return time.Time{}, fmt.Errorf("settle delivery %s: %w", a.id, err)
	}

	state, note := Delivered, ""

	switch {
	case r.problem == "":
	case r.refusedForGood() != "":
		state, note = Failed, r.refusedForGood()
	default:
		if next = now.Add(max(retryPolicy().Pause(a.tries, s.Jitter()), r.retryAfter)); next.After(a.giveUpAt) {
			next, state, note = time.Time{}, Failed, "It was given up after 24 hours."

			s.Logger.ErrorContext(ctx, "a webhook was given up", slog.String("delivery", a.id), slog.Int64("webhook", a.endpoint.ID))
		} else {
			state = Pending
		}
	}

	finished := s.now()
	if state == Pending {
		finished = time.Time{}
	}

	err = s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_webhook_attempts SET at = $1, status = $2, duration_ms = $3, error = $4
			WHERE delivery_id = $5 AND number = $6`,
			store.Time{Time: begun}, r.status, took.Milliseconds(), r.problem, a.id, a.number)
		if err != nil {
			return err
		}

		// An attempt that counted as lost says nothing about the one after it, unless it arrived.
		_, err = tx.ExecContext(ctx, `
			UPDATE opsconsole_webhook_deliveries SET state = $1, note = $2, next_try_at = $3, finished_at = $4
			WHERE id = $5 AND state = 'pending' AND (attempts = $6 OR $7)`,
			state, note, store.Time{Time: next}, store.Time{Time: finished}, a.id, a.number, state == Delivered)

		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("settle delivery %s: %w", a.id, err)
	}

	return next, nil
}
