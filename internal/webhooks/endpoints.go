package webhooks

import (
	"context"
	"database/sql"
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
	wrong := fieldErrors(changes.CheckReason(draft.Reason))
	now := s.now()
	e = Endpoint{
		Revision: 1, Name: strings.TrimSpace(draft.Name), Kind: draft.Kind, Enabled: draft.Enabled, Events: wrong.events(draft.Events),
		CreatedBy: actor.Username, CreatedAt: now, UpdatedAt: now,
	}
	raw := strings.TrimSpace(draft.URL)

	wrong.name(e.Name)
	wrong.url(s.Config, raw)

	if !slices.Contains(Kinds(), e.Kind) {
		wrong.add("kind", "enum", "must be one of "+joined(Kinds()))
	}

	if err := ops.Invalid(wrong); err != nil {
		return Endpoint{}, "", s.refuse(ctx, actor, audit.WebhookCreate, "webhooks", draft.Reason, err)
	}

	e.setURL(raw)

	e.secret = newSecret(e.Kind)

	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		if e.ID, err = e.columns().Insert(ctx, tx, endpointTable); err != nil {
			return fmt.Errorf("write the webhook: %w", err)
		}

		return s.log(ctx, tx, actor, auditedChange{action: audit.WebhookCreate, reason: draft.Reason, after: &e})
	})
	if err != nil {
		return Endpoint{}, "", s.refuse(ctx, actor, audit.WebhookCreate, "webhooks", draft.Reason, duplicateName(err))
	}

	return e, e.secret, nil
}

// duplicateName says that a name is there already.
func duplicateName(err error) error {
	if !store.IsUnique(err) {
		return err
	}

	return ops.Invalid([]ops.FieldError{{Field: "body.name", Message: "A webhook with this name already exists.", Type: "unique"}})
}

// Update changes an endpoint. It returns VALIDATION_FAILED for what cannot be, and a
// CONFLICT with details {revision} when somebody else changed it since.
func (s *Webhooks) Update(ctx context.Context, actor audit.Actor, id int64, edit Edit) (Endpoint, error) {
	d := auditedChange{action: audit.WebhookChange, reason: edit.Reason}

	return s.change(ctx, actor, id, edit.Revision, d, func(e *Endpoint) (string, error) {
		var (
			wrong   fieldErrors
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

// RotateSecret gives an endpoint that is not a chat another secret and returns it; it is shown
// this once. What is sent from now on is signed with it, also what is tried again. A CONFLICT
// as of [Webhooks.Update].
func (s *Webhooks) RotateSecret(ctx context.Context, actor audit.Actor, id int64, act Act) (e Endpoint, secret string, err error) {
	d := auditedChange{action: audit.WebhookRotateSecret, reason: act.Reason}

	e, err = s.change(ctx, actor, id, act.Revision, d, func(e *Endpoint) (string, error) {
		if !e.Kind.Signed() {
			return "", &ops.Error{Code: ops.CodeConflict, Message: "What is sent to a chat is not signed: there is no secret to change."}
		}

		e.secret = newSecret(e.Kind)

		return "", nil
	})
	if err != nil {
		return Endpoint{}, "", err
	}

	return e, e.secret, nil
}

// Delete removes an endpoint; its address and secret are forgotten, its log stays. What
// was on its way to it is dropped. A CONFLICT as of [Webhooks.Update].
func (s *Webhooks) Delete(ctx context.Context, actor audit.Actor, id int64, act Act) error {
	d := auditedChange{action: audit.WebhookDelete, reason: act.Reason}

	_, err := s.change(ctx, actor, id, act.Revision, d, func(e *Endpoint) (string, error) {
		e.deletedAt, e.Enabled, e.secret = s.now(), false, ""
		e.setURL("")

		return "", nil
	})

	return err
}

// change does something to an endpoint that is there, and says so in the audit log with
// the message that do returns.
func (s *Webhooks) change(
	ctx context.Context, actor audit.Actor, id, revision int64, d auditedChange, do func(e *Endpoint) (message string, err error),
) (e Endpoint, err error) {
	if err := ops.Invalid(changes.CheckReason(d.reason)); err != nil {
		return Endpoint{}, s.refuse(ctx, actor, d.action, objectOf(id), d.reason, err)
	}

	err = s.write(ctx, func(tx *sql.Tx) error {
		before, err := s.endpoint(ctx, tx, id)
		if err != nil {
			return err
		}

		if revision != 0 && revision != before.Revision {
			return conflict(before)
		}

		e = before

		if d.message, err = do(&e); err != nil {
			return err
		}

		if err := s.update(ctx, tx, &e); err != nil {
			return err
		}

		d.before, d.after = &before, &e

		return s.log(ctx, tx, actor, d)
	})
	if err != nil {
		return Endpoint{}, s.refuse(ctx, actor, d.action, objectOf(id), d.reason, duplicateName(err))
	}

	return e, nil
}

func conflict(e Endpoint) error {
	return &ops.Error{
		Code:    ops.CodeConflict,
		Message: fmt.Sprintf("Somebody has changed the webhook %q since. %s Check it again.", e.Name, e.Stands()),
		Details: map[string]any{"revision": e.Revision},
	}
}

// update writes an endpoint against the revision that was read.
func (s *Webhooks) update(ctx context.Context, tx *sql.Tx, e *Endpoint) error {
	e.UpdatedAt = s.now()
	seen := e.Revision
	e.Revision++

	n, err := e.columns().Update(ctx, tx, endpointTable, "id = $1 AND revision = $2", e.ID, seen)
	if err != nil || n > 0 {
		return err
	}

	now, err := s.endpoint(ctx, tx, e.ID)
	if err != nil {
		return err
	}

	return conflict(now)
}

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
	found, err := store.Select(ctx, q, endpointTable, (*Endpoint).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}

	if found == nil {
		found = []Endpoint{} // no endpoints are a list in JSON too
	}

	for i := range found {
		found[i].setURL(found[i].url)
	}

	return found, nil
}
