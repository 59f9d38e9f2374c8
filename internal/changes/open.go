package changes

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// open writes the audit intent and the change as pending, in one transaction.
func (c *Changes) open(
	ctx context.Context, actor audit.Actor, plan Plan, request Request,
) (change Change, intent int64, err error) {
	section := plan.Current.Section
	change = Change{
		Section: section.Name, At: c.now(), Actor: actor.Username, Reason: request.Reason,
		Source: request.Source, Outcome: Pending, Before: plan.Current.Values, After: plan.After,
		Fields:   fieldNames(section.Diff(plan.Current.Values, plan.After)),
		Restores: request.Restores, Point: request.point, RequestID: actor.RequestID,
	}

	if change.RestoresPart, err = c.restoresPart(ctx, section, change); err != nil {
		return Change{}, 0, err
	}

	err = c.write(ctx, func(tx *sql.Tx) error {
		if request.Guard != nil {
			if err := request.Guard(ctx, tx, change.Fields); err != nil {
				return err
			}
		}

		now, err := lockSection(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		if now.open || revisionText(now.revision) != plan.Current.Revision {
			return overtaken(section)
		}

		entry := audit.Entry{
			Action: request.action(), Object: request.object(), Outcome: audit.Intent, Reason: request.Reason, Message: request.message,
		}
		if entry.Before, err = change.Before.MarshalJSON(); err != nil {
			return err
		}

		if entry.After, err = change.After.MarshalJSON(); err != nil {
			return err
		}

		if entry, err = c.log.Append(ctx, tx, actor, entry); err != nil {
			return err
		}

		intent = entry.Seq

		if change.ID, err = insert(ctx, tx, change, intent); err != nil {
			return err
		}

		if err := c.firstSign(ctx, tx, change.ID); err != nil {
			return err
		}

		failpoint.Reach(failpoint.ChangeWriting)

		return c.openOthers(ctx, tx, section, change, request)
	})
	if err != nil {
		return Change{}, 0, fmt.Errorf("write down the change of %s first: %w", section.Name, err)
	}

	return change, intent, nil
}

// openOthers notes what a pending change is for: the scheduled change that it makes, the lease that it begins or ends.
func (c *Changes) openOthers(ctx context.Context, tx *sql.Tx, section ops.Section, change Change, request Request) error {
	if request.fulfils != nil {
		failpoint.Reach(failpoint.ScheduledApplying)

		if err := c.scheduled.ApplyBy(ctx, tx, *request.fulfils, change.ID); err != nil {
			return err
		}
	}

	if request.Term != nil {
		return c.beginLease(ctx, tx, section, change, *request.Term)
	}

	if request.ends != nil {
		failpoint.Reach(failpoint.LeaseEnding)

		return c.leases.EndBy(ctx, tx, *request.ends, change.ID)
	}

	return nil
}

// restoresPart reports whether the change leaves a field as it is that the one which it restores had set.
func (c *Changes) restoresPart(ctx context.Context, section ops.Section, change Change) (bool, error) {
	if change.Restores == nil {
		return false, nil
	}

	restored, err := c.Get(ctx, *change.Restores)

	return err == nil && !section.EqualIn(restored.Fields, change.After, restored.Before), err
}
