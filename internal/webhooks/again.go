package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// Again returns the endpoint that an entry of the audit log is about, and the secret that the
// act gave it, "" where it has another one by now. Whoever made it has a right to it, and may
// have lost the answer that had it. Of an endpoint that is gone it returns what the entry says.
func (s *Webhooks) Again(ctx context.Context, act audit.Entry) (e Endpoint, secret string, err error) {
	id, err := act.ObjectID()
	if err != nil {
		return Endpoint{}, "", err
	}

	e, err = s.Endpoint(ctx, id)
	if err != nil && ops.AsError(err).Code == ops.CodeNotFound {
		return gone(id, act)
	}

	if err != nil || act.Action != audit.WebhookCreate && act.Action != audit.WebhookRotateSecret {
		return e, "", err
	}

	rotated, ok, err := s.Audit.Last(ctx, audit.WebhookRotateSecret, act.Object, audit.Done)
	if err != nil || ok && rotated.Seq > act.Seq {
		return e, "", err
	}

	return e, e.secret, nil
}

// gone is an endpoint that there is no more, by what the entry says that it was.
func gone(id int64, act audit.Entry) (e Endpoint, secret string, err error) {
	terms := act.Before
	if len(terms) == 0 {
		terms = act.After
	}

	if err := json.Unmarshal(terms, &e); err != nil {
		return Endpoint{}, "", fmt.Errorf("read the webhook of audit entry %d: %w", act.Seq, err)
	}

	e.ID = id

	return e, "", nil
}

// DeliveryAgain returns the delivery that an entry of the audit log is about.
func (s *Webhooks) DeliveryAgain(ctx context.Context, act audit.Entry) (Delivery, error) {
	id, ok := strings.CutPrefix(act.Message, messageOfDelivery)
	if !ok {
		return Delivery{}, errors.New("an entry of the audit log names no delivery")
	}

	return s.Delivery(ctx, id)
}
