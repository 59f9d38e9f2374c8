package approvals

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
)

// waitingMost bounds what one person has waiting.
const waitingMost = 50

// hold returns a [HeldError] when the act of the entry has to wait for another operator, else nil.
func (a *Approvals) hold(entry audit.Entry) error {
	if !slices.Contains(a.Actions, string(entry.Action)) && !slices.Contains(a.Actions, string(entry.Counts)) {
		return nil
	}

	return &HeldError{Entry: entry}
}

// object is what an act is about; what is not there yet has no number.
func object(entry audit.Entry) string {
	named, _ := action.Named(string(entry.Action))
	if i := strings.LastIndexByte(entry.Object, '/'); named.Creates && i >= 0 {
		return entry.Object[:i]
	}

	return entry.Object
}

// StandOf says how what an act is about stands.
func (a *Approvals) StandOf(ctx context.Context, held *HeldError) (string, error) {
	return a.Stand(ctx, object(held.Entry))
}

// Ask keeps what was held until another operator decides. The actor's key stands for it. It is a
// CONFLICT when the same waits already, or too much of the person's does.
//
// Stand is that of [Approvals.StandOf] before the request was checked. Whoever changes what it is about from then on
// voids it: what was sent has a revision of its own, against which it is checked once more when it is carried out.
func (a *Approvals) Ask(
	ctx context.Context, who Person, actor audit.Actor, held *HeldError, stand string, request Request,
) (Approval, error) {
	now := a.now()

	shared, err := a.shared(ctx, a.DB.Read())
	if err != nil {
		return Approval{}, err
	}

	asked := Approval{
		State: Waiting, Action: held.Entry.Action, Object: object(held.Entry), Before: held.Entry.Before, After: held.Entry.After,
		Message: held.Entry.Message, Reason: held.Entry.Reason, RequestedBy: who, RequestedAt: now, ExpiresAt: shared.Add(Lifetime),
		request: request, stand: stand,
	}

	err = a.write(ctx, func(tx *sql.Tx) error {
		waiting, err := find(ctx, tx, `WHERE state = $1 AND requested_by_issuer = $2 AND requested_by_sub = $3 ORDER BY id`,
			Waiting, who.Issuer, who.Subject)
		if err != nil {
			return err
		}

		if err := refuseMore(waiting, asked); err != nil {
			return err
		}

		if asked.ID, err = rowOf(asked).columns().Insert(ctx, tx, table); err != nil {
			return fmt.Errorf("write down what is to be approved: %w", err)
		}

		if _, err := a.Audit.Append(ctx, tx, actor, entry(audit.ApprovalRequest, asked, asked.Reason)); err != nil {
			return err
		}

		failpoint.Reach(failpoint.ApprovalHolding)

		return a.Webhooks.NotifyApproval(ctx, tx, webhooks.ApprovalWaiting, notice(asked), now)
	})

	failpoint.Reach(failpoint.ApprovalHeld)

	return asked, err
}

func refuseMore(waiting []Approval, asked Approval) error {
	same := func(w Approval) bool {
		return w.Action == asked.Action && w.Object == asked.Object && w.Message == asked.Message &&
			string(w.After) == string(asked.After) && w.request == asked.request
	}

	if i := slices.IndexFunc(waiting, same); i >= 0 {
		return &ops.Error{
			Code:    ops.CodeConflict,
			Message: fmt.Sprintf("You have already requested this: approval %d is waiting for another operator.", waiting[i].ID),
			Details: map[string]any{"approval_id": waiting[i].ID, "url": Path(waiting[i].ID)},
		}
	}

	if len(waiting) >= waitingMost {
		return &ops.Error{
			Code:    ops.CodeConflict,
			Message: fmt.Sprintf("%d of your requests are already waiting for another operator. Withdraw some first.", waitingMost),
			Details: map[string]any{"url": "/approvals"},
		}
	}

	return nil
}

// Path is the page of an approval.
func Path(id int64) string { return fmt.Sprintf("/approvals/%d", id) }

// notice is what others are told of an approval.
func notice(about Approval) webhooks.Approval {
	return webhooks.Approval{
		ID: about.ID, Action: string(about.Action), Object: about.Object, Title: about.Title(), ExpiresAt: about.ExpiresAt,
	}
}

// entry is what the audit log says of something done about an approval.
func entry(done audit.Action, about Approval, reason string) audit.Entry {
	e := audit.Entry{
		Action: done, Object: strings.TrimPrefix(Path(about.ID), "/"), Outcome: audit.Done, Reason: reason,
		Message: fmt.Sprintf("%s of %s.", about.Action, about.Object), // the names, for programs: [action.Message] has the words
	}
	if done == audit.ApprovalRequest {
		e.Before, e.After = about.Before, about.After
	}

	return e
}
