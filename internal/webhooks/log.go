package webhooks

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

func objectOf(id int64) string { return fmt.Sprintf("webhooks/%d", id) }

// auditedChange is something done to an endpoint, as the audit log keeps it.
type auditedChange struct {
	action        audit.Action
	reason        string
	message       string
	before, after *Endpoint
}

func (s *Webhooks) log(ctx context.Context, tx *sql.Tx, actor audit.Actor, d auditedChange) (err error) {
	entry := audit.Entry{
		Action: d.action, Object: objectOf(d.after.ID), Outcome: audit.Done, Reason: d.reason, Message: d.message,
	}

	if d.before != nil {
		if entry.Before, err = d.before.auditTerms(); err != nil {
			return err
		}
	}

	if d.after.deletedAt.IsZero() {
		if entry.After, err = d.after.auditTerms(); err != nil {
			return err
		}
	}

	_, err = s.Audit.Append(ctx, tx, actor, entry)

	return err
}

// refuse logs an attempt that changed nothing of an endpoint, and returns its error.
func (s *Webhooks) refuse(ctx context.Context, actor audit.Actor, action audit.Action, object, reason string, cause error) error {
	problem := ops.AsError(cause)
	if problem.Code == ops.CodeInternal || problem.Code == ops.CodeNotFound {
		return cause
	}

	_, err := s.Audit.Record(context.WithoutCancel(ctx), actor, audit.Entry{
		Action: action, Object: object, Outcome: audit.Refused, Reason: truncate(strings.ToValidUTF8(reason, "\uFFFD"), ops.ReasonMax),
		Message: problem.Message + ops.FieldText(cause),
	})
	if err != nil {
		return err
	}

	return cause
}
