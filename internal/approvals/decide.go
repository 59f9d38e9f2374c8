package approvals

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// Decision is what somebody decides about something that waits.
type Decision struct {
	ID int64
	// To is [Approved], [Rejected] or [BrokenGlass].
	To State
	By Person
	// Actor is the same person for the audit log.
	Actor  audit.Actor
	Reason string
}

func (d Decision) action() audit.Action {
	switch d.To {
	case Approved:
		return audit.ApprovalApprove
	case BrokenGlass:
		return audit.ApprovalBreakGlass
	case Rejected, Waiting, Expired, Void:
	}

	return audit.ApprovalReject
}

// Check returns the approval that a decision is about, and a VALIDATION_FAILED for a bad reason, a
// CONFLICT when it no longer waits, or somebody would approve their own. The
// refusal is in the audit log.
func (a *Approvals) Check(ctx context.Context, d Decision) (Approval, error) {
	about, err := a.Get(ctx, d.ID)
	if err != nil {
		return Approval{}, err
	}

	now, err := a.shared(ctx, a.DB.Read())
	if err != nil {
		return Approval{}, err
	}

	switch {
	case about.State != Waiting || !now.Before(about.ExpiresAt):
		err = decided(about)
	case d.To == Approved && d.By.Is(about.RequestedBy):
		err = &ops.Error{
			Code: ops.CodeConflict,
			Message: "You requested this yourself, so another operator must approve it. " +
				"If nobody can and it cannot wait, approve it without a second person (break glass).",
		}
	case d.To == Approved && about.unvouched():
		err = &ops.Error{Code: ops.CodeConflict, Message: about.Note}
	default:
		err = ops.Invalid(changes.CheckReason(d.Reason))
	}

	if err == nil {
		return about, nil
	}

	refused := entry(d.action(), about, ops.Clip(d.Reason))
	refused.Outcome, refused.Message = audit.Refused, ops.AsError(err).Message+ops.FieldText(err)

	_, logErr := a.Audit.Record(context.WithoutCancel(ctx), d.Actor, refused)

	return about, errors.Join(err, logErr)
}

// decided refuses a decision about what does not wait any more.
func decided(about Approval) error {
	message := fmt.Sprintf("Approval %d is no longer waiting: ", about.ID)

	switch about.State {
	case Approved, Rejected, BrokenGlass:
		message += audit.Who(about.decider().Username) + " decided it."
	case Void:
		message += about.Note
	case Expired, Waiting:
		message += "its 24 hours are over. Request it again."
	}

	return &ops.Error{
		Code: ops.CodeConflict, Message: message, Details: map[string]any{"state": about.State, "url": Path(about.ID)},
	}
}

func (a Approval) decider() Person {
	if a.DecidedBy == nil {
		return Person{}
	}

	return *a.DecidedBy
}

// Reject has nothing done, whoever asked; who takes back their own withdraws it.
func (a *Approvals) Reject(ctx context.Context, d Decision) error {
	about, err := a.Check(ctx, d)
	if err != nil {
		return err
	}

	return a.write(ctx, func(tx *sql.Tx) error {
		ended, err := end{state: Rejected, by: d.By, at: a.now(), reason: d.Reason}.write(ctx, tx, d.ID)
		if err == nil && !ended {
			err = a.taken(ctx, tx, d.ID)
		}

		if err != nil {
			return err
		}

		failpoint.Reach(failpoint.ApprovalDeciding)

		_, err = a.Audit.Append(ctx, tx, d.Actor, entry(d.action(), about, d.Reason))

		return err
	})
}

func (a *Approvals) taken(ctx context.Context, tx *sql.Tx, id int64) error {
	now, err := one(ctx, tx, id)
	if err != nil {
		return err
	}

	return decided(now)
}

// TakenError is the error of an act whose approval was used up, or ended, by somebody else meanwhile;
// nothing was done.
type TakenError struct{ Cause error }

func (t *TakenError) Error() string { return t.Cause.Error() }

// carrying is the gate of the request that carries out what was approved.
type carrying struct {
	*Approvals
	Decision

	about Approval
	// token names the request: each part of an act passes, and no other request does.
	token string
}

// Carry returns the gate of the request that carries out what was approved, or is done without a
// second person. It is as whoever asked that the act is done.
func (a *Approvals) Carry(d Decision, about Approval) audit.Gate { //nolint:ireturn // a gate is all it is
	return &carrying{Approvals: a, Decision: d, about: about, token: rand.Text()}
}

// Admit implements [audit.Gate]: it uses the approval up.
func (c *carrying) Admit(ctx context.Context, tx *sql.Tx, begun *audit.Entry) error {
	if tx == nil {
		return nil
	}

	now, err := c.shared(ctx, tx)
	if err != nil {
		return err
	}

	ended, err := end{state: c.To, decision: c.token, by: c.By, at: c.now(), reason: c.Reason}.write(ctx, tx, c.ID)
	if err != nil {
		return err
	}

	current, err := one(ctx, tx, c.ID)

	switch {
	case err != nil:
		return err
	case !ended && current.unvouched():
		return &TakenError{Cause: &ops.Error{Code: ops.CodeConflict, Message: current.Note}}
	case current.decision != c.token:
		return &TakenError{Cause: decided(current)}
	case ended && !now.Before(current.ExpiresAt):
		return &TakenError{Cause: decided(Approval{ID: c.ID, State: Expired})}
	case ended:
		err = c.begin(ctx, tx, current)
	}

	by := "Approved by "
	if c.To == BrokenGlass {
		by = "Carried out without a second person, by "
	}

	begun.Message = strings.TrimSpace(fmt.Sprintf("%s%s (approval %d). %s", by, c.By.Username, c.ID, begun.Message))

	return err
}

// begin writes down who decided, before what was decided.
func (c *carrying) begin(ctx context.Context, tx *sql.Tx, current Approval) error {
	if _, err := c.Audit.Append(ctx, tx, c.Actor, entry(c.action(), c.about, c.Reason)); err != nil {
		return err
	}

	failpoint.Reach(failpoint.ApprovalUsing)

	if c.To != BrokenGlass {
		return nil
	}

	return c.Webhooks.NotifyApproval(ctx, tx, webhooks.ApprovalBreakGlass, notice(current), c.now())
}

// Admitted implements [audit.Gate]: the first entry is what the approval came to.
func (c *carrying) Admitted(ctx context.Context, tx *sql.Tx, begun audit.Entry) error {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_approvals SET intent = $1 WHERE id = $2 AND intent IS NULL`, begun.Seq, c.ID)
	if err != nil {
		return fmt.Errorf("note what approval %d came to: %w", c.ID, err)
	}

	return nil
}

// Drop voids what cannot be carried out any more, for the reason that the note says.
func (a *Approvals) Drop(ctx context.Context, id int64, note string) error {
	return a.write(ctx, func(tx *sql.Tx) error {
		_, err := end{state: Void, at: a.now(), note: note}.write(ctx, tx, id)

		return err
	})
}
