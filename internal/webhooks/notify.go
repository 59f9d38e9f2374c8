package webhooks

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Notify implements [maintenance.Notifier]: it writes a delivery for every endpoint that
// wants the event. Nothing is sent before the transaction is there.
func (s *Webhooks) Notify(ctx context.Context, tx *sql.Tx, event maintenance.Event) error {
	endpoints, err := s.endpoints(ctx, tx, `WHERE deleted_at IS NULL AND enabled ORDER BY id`)
	if err != nil {
		return err
	}

	events, err := maintenance.EventsOf(ctx, tx, event.Window.ID)
	if err != nil {
		return err
	}

	window := announce.Of(event.Window, events, event.At, s.Page)

	for _, e := range endpoints {
		if !e.wants(event.Kind) {
			continue
		}

		n := notification{event: event.Kind, id: event.ID, at: event.At.UTC(), window: &window, update: window.Update(event)}
		if _, err := s.enqueue(ctx, tx, e, n, &event.Window.ID); err != nil {
			return err
		}
	}

	return nil
}

// messageOfDelivery is what the audit log says before the id of a delivery.
const messageOfDelivery = "Delivery "

// Test sends a test event to an endpoint, also to one that is turned off. What becomes of
// it is seen in the delivery that it returns.
func (s *Webhooks) Test(ctx context.Context, actor audit.Actor, id int64) (Delivery, error) {
	var delivery string

	err := s.write(ctx, func(tx *sql.Tx) error {
		e, err := s.endpoint(ctx, tx, id)
		if err != nil {
			return err
		}

		if delivery, err = s.enqueue(ctx, tx, e, notification{event: TestEvent, at: s.now()}, nil); err != nil {
			return err
		}

		_, err = s.Audit.Append(ctx, tx, actor, audit.Entry{
			Action: audit.WebhookTest, Object: objectOf(id), Outcome: audit.Done, Message: messageOfDelivery + delivery,
		})

		return err
	})
	if err != nil {
		return Delivery{}, s.refuse(ctx, actor, audit.WebhookTest, objectOf(id), "", err)
	}

	return s.Delivery(ctx, delivery)
}

// enqueue writes a delivery and its job.
func (s *Webhooks) enqueue(ctx context.Context, tx *sql.Tx, e Endpoint, n notification, window *int64) (id string, err error) {
	now, err := s.shared(ctx, tx)
	if err != nil {
		return "", err
	}

	number, err := ulid.New(ulid.Timestamp(now), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("number a delivery: %w", err)
	}

	id = number.String()
	n.delivery, n.environment = id, s.Environment

	body, err := n.body(e.Kind)
	if err != nil {
		return "", fmt.Errorf("write the body for webhook %d: %w", e.ID, err)
	}

	var (
		event *int64
		title string
	)

	switch {
	case n.window != nil:
		event, title = &n.id, n.window.Title
	case n.approval != nil:
		title = n.approval.Title
	case n.scheduled != nil:
		title = n.scheduled.Title
	}

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_webhook_deliveries (id, webhook_id, event, event_id, window_id, title, body, state, attempts, tries, note,
			created_at, give_up_at, next_try_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, 0, '', $8, $9, $10)`,
		id, e.ID, n.event, event, window, title, body,
		store.Time{Time: s.now()}, store.Time{Time: now.Add(giveUpAfter)}, store.Time{Time: now})
	if err != nil {
		return "", fmt.Errorf("write a delivery for webhook %d: %w", e.ID, err)
	}

	return id, s.Jobs.EnqueueDelivery(ctx, tx, id)
}

// Redeliver sends a delivery again, at once and, if need be, for another 24 hours. It
// keeps its id and its body. A CONFLICT when its endpoint is turned off or gone.
func (s *Webhooks) Redeliver(ctx context.Context, actor audit.Actor, id string) (Delivery, error) {
	d, err := s.Delivery(ctx, id)
	if err != nil {
		return Delivery{}, err
	}

	err = s.write(ctx, func(tx *sql.Tx) error {
		e, err := s.endpoint(ctx, tx, d.Webhook.ID)
		if err != nil && ops.AsError(err).Code != ops.CodeNotFound {
			return err
		}

		if err != nil || !e.Enabled && d.Event != TestEvent {
			return &ops.Error{
				Code:    ops.CodeConflict,
				Message: fmt.Sprintf("The webhook %q is turned off or deleted: nothing is sent to it.", d.Webhook.Name),
			}
		}

		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `
			UPDATE opsconsole_webhook_deliveries
			SET state = 'pending', tries = 0, note = '', give_up_at = $1, next_try_at = $2, finished_at = NULL WHERE id = $3`,
			store.Time{Time: now.Add(giveUpAfter)}, store.Time{Time: now}, id)
		if err != nil {
			return fmt.Errorf("redeliver %s: %w", id, err)
		}

		if err := s.Jobs.EnqueueDelivery(ctx, tx, id); err != nil {
			return err
		}

		_, err = s.Audit.Append(ctx, tx, actor, audit.Entry{
			Action: audit.WebhookRedeliver, Object: objectOf(e.ID), Outcome: audit.Done, Message: messageOfDelivery + id,
		})

		return err
	})
	if err != nil {
		return Delivery{}, s.refuse(ctx, actor, audit.WebhookRedeliver, objectOf(d.Webhook.ID), "", err)
	}

	return s.Delivery(ctx, id)
}
