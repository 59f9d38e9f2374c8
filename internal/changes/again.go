package changes

import (
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// result is a change with the section it is of, as both are by now. That the change was made is known, so that what
// cannot be read is worth no error: then it is as it was opened, and the section as it was seen before.
func (c *Changes) result(ctx context.Context, change Change, seen Current) Result {
	current := c.after(ctx, change, seen)

	// It made the newest revision, or is open yet; else it failed, or something else came after it.
	for _, one := range []*Change{current.Last, current.Open} {
		if one != nil && one.ID == change.ID {
			return Result{Change: *one, Current: current}
		}
	}

	ended, err := c.get(ctx, change.ID)
	if err != nil {
		c.slog.ErrorContext(ctx, "a change could not be read after it was settled", "change", change.ID, "error", err)

		ended = change
	}

	return Result{Change: ended, Current: current}
}

// after is the section of a change by now, or as it was seen before.
func (c *Changes) after(ctx context.Context, change Change, seen Current) Current {
	current, err := c.known(ctx, seen.Section)
	if err != nil {
		c.slog.ErrorContext(ctx, "a section could not be read after its change", "change", change.ID, "error", err)

		return seen
	}

	return current
}

// leaseOf is the lease that the change began, nil when it is for good, or cannot be read.
func (c *Changes) leaseOf(ctx context.Context, change Change) *lease.Lease {
	begun, err := c.leases.OfChange(ctx, change.ID)

	switch {
	case err == nil:
		return &begun
	case ops.AsError(err).Code != ops.CodeNotFound:
		c.slog.ErrorContext(ctx, "the lease of a change could not be read", "change", change.ID, "error", err)
	}

	return nil
}

// Made returns what the change has come to that was written down with the act, the entry of
// its intent.
func (c *Changes) Made(ctx context.Context, act audit.Entry) (Result, error) {
	found, err := c.list(ctx, `WHERE intent = $1`, act.Seq)
	if err == nil && len(found) == 0 {
		err = ops.NotFound("change of audit entry", act.Seq)
	}

	if err != nil {
		return Result{}, err
	}

	section, err := ops.SectionOf(found[0].Section)
	if err != nil {
		return Result{}, err
	}

	return Result{
		Change: found[0], Current: c.after(ctx, found[0], Current{Section: section}), Lease: c.leaseOf(ctx, found[0]),
	}, nil
}

// EndedLease is End's answer once more: the lease as it stands now, or why the control plane did
// not take back what it set; act is the entry that was written first.
func (c *Changes) EndedLease(ctx context.Context, id int64, act audit.Entry) (lease.Lease, error) {
	if act.Outcome == audit.Intent { // else it took no change
		made, err := c.Made(ctx, act)
		if err != nil {
			return lease.Lease{}, err
		}

		if failed := made.Change.Err(); made.Change.Outcome == Failed && !final(failed.Code) {
			return lease.Lease{}, failed
		}
	}

	return c.Lease(ctx, id)
}

// RestoredPoint is RestorePoint's answer once more: the point as it stands against the
// sections now, with the changes that the act, the entry of the first's intent, made.
func (c *Changes) RestoredPoint(ctx context.Context, service ops.Service, id int64, act audit.Entry) (PointPlan, error) {
	plan, err := c.PreviewPoint(ctx, service, id)
	if err != nil {
		return PointPlan{}, err
	}

	made, err := c.list(ctx, `WHERE point_id = $1 AND intent >= $2 AND actor = $3 AND request_id = $4 ORDER BY id`,
		id, act.Seq, act.Actor, act.RequestID)
	if err != nil {
		return PointPlan{}, err
	}

	plan.Complete = true

	for i, section := range ops.Sections() {
		part := &plan.Sections[i]

		for _, change := range made {
			if change.Section == part.Section {
				part.Differences = section.Diff(change.Before, change.After)
				part.Since = slices.DeleteFunc(part.Since, func(c Change) bool { return c.ID == change.ID })
				part.tell(change)
			}
		}

		if part.State == PointDiffers && part.Change == nil {
			if err := c.tellRefused(ctx, part, act); err != nil {
				return PointPlan{}, err
			}
		}

		plan.Complete = plan.Complete && (part.State == PointRestored || part.State == PointUnchanged)
	}

	return plan, nil
}

// tellRefused says of a section that nothing was tried in by the act's request why that was
// refused, where it was.
func (c *Changes) tellRefused(ctx context.Context, part *SectionPlan, act audit.Entry) error {
	entry := Request{Section: part.Section, Source: SourceRestore}.Entry()

	refused, err := c.log.List(ctx, audit.Filter{
		Actor: act.Actor, Action: entry.Action, Object: entry.Object, Outcome: audit.Refused,
	})
	if err != nil {
		return err
	}

	for _, entry := range refused.Items {
		if entry.RequestID == act.RequestID {
			part.State, part.Error = PointFailed, entry.Message

			break
		}
	}

	return nil
}
