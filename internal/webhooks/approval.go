package webhooks

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// The events of approvals. The second one is told to every endpoint that is turned on, whatever it
// is to be told.
const (
	ApprovalWaiting    maintenance.EventKind = "approval_waiting"
	ApprovalBreakGlass maintenance.EventKind = "approval_break_glass"
)

// approvalEvents are those of approvals, with what they say to people and their type for endpoints of
// Standard Webhooks.
func approvalEvents() map[maintenance.EventKind]struct{ headline, standard string } {
	return map[maintenance.EventKind]struct{ headline, standard string }{
		ApprovalWaiting:    {"Waiting for another operator", "approval.waiting"},
		ApprovalBreakGlass: {"Carried out without a second person", "approval.break_glass"},
	}
}

// Offered lists what an endpoint can be told, for forms: of approvals only where there are any.
func (s *Webhooks) Offered() []maintenance.EventKind {
	if s.Approvals == nil {
		return append(Events(), ScheduledEvents()...)
	}

	return known()
}

// known lists what an endpoint can be told, whatever is offered.
func known() []maintenance.EventKind {
	return append(append(Events(), ScheduledEvents()...), ApprovalWaiting, ApprovalBreakGlass)
}

// Approval is what is told of something that needs a second person: neither who asked nor why, as
// who is told need not be an operator.
type Approval struct {
	ID     int64  `json:"id"`
	Action string `json:"action"`
	Object string `json:"object"`
	// Title says what is asked for.
	Title     string    `json:"title"`
	ExpiresAt time.Time `json:"expires_at"`
	// URL is its page, for operators; nil when approvals are turned off by now.
	URL *string `json:"url"`
}

// about is what it is done to, as people read it.
func (a Approval) about() string {
	if words, ok := action.Object(a.Object); ok {
		return words
	}

	return a.Object
}

// NotifyApproval writes a delivery for every endpoint that is to be told of an approval's event.
func (s *Webhooks) NotifyApproval(ctx context.Context, tx *sql.Tx, event maintenance.EventKind, about Approval, at time.Time) error {
	endpoints, err := s.endpoints(ctx, tx, `WHERE deleted_at IS NULL AND enabled ORDER BY id`)
	if err != nil {
		return err
	}

	if s.Approvals != nil {
		address := s.Approvals.JoinPath(strconv.FormatInt(about.ID, 10)).String()
		about.URL = &address
	}

	for _, e := range endpoints {
		if event != ApprovalBreakGlass && !e.wants(event) {
			continue
		}

		if _, err := s.enqueue(ctx, tx, e, notification{event: event, at: at.UTC(), approval: &about}, nil); err != nil {
			return err
		}
	}

	return nil
}
