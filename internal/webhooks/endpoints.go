package webhooks

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Create adds an endpoint and returns it with the secret that signs what it is sent,
// which is shown this once; the chats have none. VALIDATION_FAILED for what cannot be.
func (s *Webhooks) Create(ctx context.Context, actor audit.Actor, draft Draft) (e Endpoint, secret string, err error) {
	wrong := problems(changes.CheckReason(draft.Reason))
	now := s.now()
	e = Endpoint{
		Revision: 1, Name: strings.TrimSpace(draft.Name), Kind: draft.Kind, Enabled: draft.Enabled, Events: wrong.events(draft.Events),
		CreatedBy: actor.Username, CreatedAt: now, UpdatedAt: now,
	}
	raw := strings.TrimSpace(draft.URL)

	wrong.name(e.Name)
	wrong.url(s.Config, raw)

	if !slices.Contains(Kinds(), e.Kind) {
		wrong.add("kind", "enum", "must be one of "+words(Kinds()))
	}

	if err := ops.Invalid(wrong); err != nil {
		return Endpoint{}, "", s.refuse(ctx, actor, audit.WebhookCreate, "webhooks", draft.Reason, err)
	}

	e.setURL(raw)

	if e.Kind == Generic {
		e.secret = newSecret()
	}

	err = s.DB.Tx(ctx, func(tx *sql.Tx) error {
		events, err := json.Marshal(e.Events)
		if err != nil {
			return err
		}

		err = tx.QueryRowContext(ctx, `
			INSERT INTO opsconsole_webhooks (revision, name, kind, url, secret, events_json, enabled, created_by, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id`,
			e.Revision, e.Name, e.Kind, e.url, e.secret, string(events), e.Enabled, e.CreatedBy, store.Time{Time: now}).Scan(&e.ID)
		if err != nil {
			return fmt.Errorf("write the webhook: %w", err)
		}

		return s.log(ctx, tx, actor, deed{action: audit.WebhookCreate, reason: draft.Reason, after: &e})
	})
	if err != nil {
		return Endpoint{}, "", s.refuse(ctx, actor, audit.WebhookCreate, "webhooks", draft.Reason, taken(err))
	}

	return e, e.secret, nil
}

// newSecret has 256 bits; what it begins with tells people, and programs that look for
// leaked secrets, what it is.
func newSecret() string { return "ocwhs_" + rand.Text() + rand.Text() }

// taken says that a name is there already.
func taken(err error) error {
	if !store.IsUnique(err) {
		return err
	}

	return ops.Invalid([]ops.FieldError{{Field: "body.name", Message: "There is a webhook of this name already.", Type: "unique"}})
}

// Update changes an endpoint. It returns VALIDATION_FAILED for what cannot be, and a
// CONFLICT with details {revision} when somebody else changed it since.
func (s *Webhooks) Update(ctx context.Context, actor audit.Actor, id int64, edit Edit) (Endpoint, error) {
	d := deed{action: audit.WebhookChange, reason: edit.Reason}

	return s.change(ctx, actor, id, edit.Revision, d, func(e *Endpoint) (string, error) {
		var (
			wrong   problems
			message string
		)

		if edit.Name != nil {
			e.Name = strings.TrimSpace(*edit.Name)
			wrong.name(e.Name)
		}

		if edit.Events != nil {
			e.Events = wrong.events(*edit.Events)
		}

		if edit.Enabled != nil {
			e.Enabled = *edit.Enabled
		}

		if edit.URL != nil {
			raw := strings.TrimSpace(*edit.URL)
			wrong.url(s.Config, raw)

			if raw != e.url {
				message = "The address was changed." // also where what is shown of it is the same
			}

			e.setURL(raw)
		}

		return message, ops.Invalid(wrong)
	})
}

// RotateSecret gives a generic endpoint another secret and returns it; it is shown this
// once. What is sent from now on is signed with it, also what is tried again.
func (s *Webhooks) RotateSecret(ctx context.Context, actor audit.Actor, id int64, reason string) (e Endpoint, secret string, err error) {
	secret = newSecret()

	e, err = s.change(ctx, actor, id, 0, deed{action: audit.WebhookRotateSecret, reason: reason}, func(e *Endpoint) (string, error) {
		if e.Kind != Generic {
			return "", &ops.Error{Code: ops.CodeConflict, Message: "What is sent to a chat is not signed: there is no secret to change."}
		}

		e.secret = secret

		return "", nil
	})
	if err != nil {
		return Endpoint{}, "", err
	}

	return e, secret, nil
}

// Delete removes an endpoint; its address and secret are forgotten, its log stays. What
// was on its way to it is dropped.
func (s *Webhooks) Delete(ctx context.Context, actor audit.Actor, id int64, reason string) error {
	_, err := s.change(ctx, actor, id, 0, deed{action: audit.WebhookDelete, reason: reason}, func(e *Endpoint) (string, error) {
		e.deleted, e.Enabled, e.secret = true, false, ""
		e.setURL("")

		return "", nil
	})

	return err
}

// change does something to an endpoint that is there, and says so in the audit log with
// the message that do returns.
func (s *Webhooks) change(
	ctx context.Context, actor audit.Actor, id, revision int64, d deed, do func(e *Endpoint) (message string, err error),
) (e Endpoint, err error) {
	if err := ops.Invalid(changes.CheckReason(d.reason)); err != nil {
		return Endpoint{}, s.refuse(ctx, actor, d.action, objectOf(id), d.reason, err)
	}

	err = s.DB.Tx(ctx, func(tx *sql.Tx) error {
		before, err := s.endpoint(ctx, tx, id)
		if err != nil {
			return err
		}

		if revision != 0 && revision != before.Revision {
			return outdated(before)
		}

		e = before

		if d.message, err = do(&e); err != nil {
			return err
		}

		if err := s.write(ctx, tx, &e); err != nil {
			return err
		}

		d.before, d.after = &before, &e

		return s.log(ctx, tx, actor, d)
	})
	if err != nil {
		return Endpoint{}, s.refuse(ctx, actor, d.action, objectOf(id), d.reason, taken(err))
	}

	return e, nil
}

func outdated(e Endpoint) error {
	return &ops.Error{
		Code:    ops.CodeConflict,
		Message: fmt.Sprintf("Somebody changed the webhook %q since. Look at it again.", e.Name),
		Details: map[string]any{"revision": e.Revision},
	}
}

// write writes an endpoint against the revision that was read.
func (s *Webhooks) write(ctx context.Context, tx *sql.Tx, e *Endpoint) error {
	events, err := json.Marshal(e.Events)
	if err != nil {
		return err
	}

	e.UpdatedAt = s.now()

	var deletedAt store.Time
	if e.deleted {
		deletedAt.Time = e.UpdatedAt
	}

	err = tx.QueryRowContext(ctx, `
		UPDATE opsconsole_webhooks
		SET revision = revision + 1, name = $1, url = $2, secret = $3, events_json = $4, enabled = $5, updated_at = $6, deleted_at = $7
		WHERE id = $8 AND revision = $9 RETURNING revision`,
		e.Name, e.url, e.secret, string(events), e.Enabled, store.Time{Time: e.UpdatedAt}, deletedAt, e.ID, e.Revision).Scan(&e.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		return outdated(*e)
	}

	return err
}

const endpointColumns = `id, revision, name, kind, url, secret, events_json, enabled, created_by, created_at, updated_at, deleted_at`

// Endpoints lists the endpoints by name.
func (s *Webhooks) Endpoints(ctx context.Context) ([]Endpoint, error) {
	return s.endpoints(ctx, s.DB.Read(), `WHERE deleted_at IS NULL ORDER BY name, id`)
}

// Endpoint returns one; RESOURCE_NOT_FOUND when there is none.
func (s *Webhooks) Endpoint(ctx context.Context, id int64) (Endpoint, error) {
	return s.endpoint(ctx, s.DB.Read(), id)
}

func (s *Webhooks) endpoint(ctx context.Context, q store.Querier, id int64) (Endpoint, error) {
	found, err := s.endpoints(ctx, q, `WHERE id = $1 AND deleted_at IS NULL`, id)
	if err == nil && len(found) == 0 {
		err = ops.NotFound("webhook", id)
	}

	if err != nil {
		return Endpoint{}, err
	}

	return found[0], nil
}

func (s *Webhooks) endpoints(ctx context.Context, q store.Querier, clause string, args ...any) ([]Endpoint, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+endpointColumns+` FROM opsconsole_webhooks `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	defer rows.Close()

	out := []Endpoint{}

	for rows.Next() {
		var (
			e                             Endpoint
			raw, events                   string
			createdAt, updatedAt, removed store.Time
		)

		err := rows.Scan(&e.ID, &e.Revision, &e.Name, &e.Kind, &raw, &e.secret, &events, &e.Enabled, &e.CreatedBy,
			&createdAt, &updatedAt, &removed)
		if err == nil {
			err = json.Unmarshal([]byte(events), &e.Events)
		}

		if err != nil {
			return nil, fmt.Errorf("list webhooks: %w", err)
		}

		e.setURL(raw)
		e.CreatedAt, e.UpdatedAt, e.deleted = createdAt.Time, updatedAt.Time, !removed.IsZero()
		out = append(out, e)
	}

	return out, rows.Err()
}
