package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// lateMost is how late a scheduled change is made by itself. An operator who chose the night does
// not want it in the morning.
const lateMost = 15 * time.Minute

// errApplyFailed says that a scheduled change was tried, and came to nothing.
var errApplyFailed = errors.New("the change was tried and failed")

// ApplyDue makes the scheduled changes of a section whose time has come. What cannot be made now
// stays overdue and is tried again; the error says what was in the way.
func (c *Changes) ApplyDue(ctx context.Context, service ops.Service, section ops.SectionName) error {
	if err := c.settleScheduled(ctx, section); err != nil {
		return err
	}

	due, err := c.scheduled.Due(ctx, section)
	if err != nil {
		return err
	}

	var errs []error

	for _, s := range due {
		failpoint.Reach(failpoint.ScheduledDue)

		if err := c.applyAtItsTime(ctx, service, s.ID); err != nil {
			errs = append(errs, fmt.Errorf("apply scheduled change %d: %w", s.ID, err), c.postpone(ctx, s.ID, err))
		}
	}

	return errors.Join(errs...)
}

// PutOffDue notes why the scheduled changes of a section whose time has come cannot be made: there is
// nobody to ask the control plane as.
func (c *Changes) PutOffDue(ctx context.Context, section ops.SectionName, cause error) error {
	due, err := c.scheduled.Due(ctx, section)
	if err != nil {
		return err
	}

	var errs []error

	for _, s := range due {
		if held, err := c.holdLate(ctx, s, ops.Unavailable(ops.ServiceControlPlane, cause.Error())); held || err != nil {
			errs = append(errs, err)

			continue
		}

		errs = append(errs, c.postpone(ctx, s.ID, ops.Unavailable(ops.ServiceControlPlane, cause.Error())))
	}

	return errors.Join(errs...)
}

// postpone notes why a scheduled change was not made, as it stands now.
func (c *Changes) postpone(ctx context.Context, id int64, cause error) error {
	s, err := c.scheduled.Get(ctx, id)
	if err != nil || s.State != scheduled.Overdue || s.Applying { // it may have been moved meanwhile
		return err
	}

	err = c.db.Tx(ctx, func(tx *sql.Tx) error { return c.putOff(ctx, tx, s, cause) })
	if err == nil && c.OnChange != nil && s.Note == "" {
		c.OnChange()
	}

	failpoint.Reach(failpoint.ScheduledPostponed)

	return err
}

// lateTold is how late a scheduled change is that others are told of: what is in the way is often over by then.
const lateTold = time.Minute

func (c *Changes) putOff(ctx context.Context, tx *sql.Tx, s scheduled.Change, cause error) error {
	first := false

	if c.now().Sub(s.At) >= lateTold {
		var err error
		if first, err = c.scheduled.TellLate(ctx, tx, s); err != nil {
			return err
		}
	}

	note, err := c.scheduled.Postpone(ctx, tx, s, cause, errors.Is(cause, errApplyFailed))
	if err != nil || !first {
		return err
	}

	return c.tell(ctx, tx, s, scheduled.Overdue, note)
}

// settleScheduled lets follow what came of changes that a version before this one settled, or one that died.
func (c *Changes) settleScheduled(ctx context.Context, section ops.SectionName) error {
	under, err := c.scheduled.Applying(ctx, section)
	if err != nil {
		return err
	}

	for _, s := range under {
		change, err := c.get(ctx, *s.Change)
		if err != nil || change.Open() {
			return err
		}

		err = c.write(ctx, func(tx *sql.Tx) error { return c.settledScheduled(ctx, tx, change.ID, change.Outcome == Applied) })
		if err != nil {
			return err
		}
	}

	return nil
}

// applyAtItsTime makes a scheduled change if its time has come and the section is as it was
// reviewed; else it is held.
func (c *Changes) applyAtItsTime(ctx context.Context, service ops.Service, id int64) error {
	s, err := c.scheduled.Get(ctx, id)
	if err != nil {
		return err
	}

	section, err := ops.SectionOf(s.Section)
	if err != nil {
		return err
	}

	unlock, err := c.lock(ctx, section.Name)
	if err != nil {
		return err
	}
	defer unlock()

	if held, err := c.holdLate(ctx, s, nil); held || err != nil {
		return err
	}

	current, err := c.current(ctx, service, section)
	if err != nil {
		return err
	}

	// Read again under the lock: somebody may have made it, moved or cancelled it.
	if s, err = c.scheduled.Get(ctx, id); err != nil || s.State != scheduled.Overdue || s.Applying {
		return err
	}

	if current.Open != nil {
		return unsettled(section, *current.Open)
	}

	if err := c.ending(ctx, section, s); err != nil {
		return err
	}

	cause, err := c.obstacle(ctx, current, s)
	if err != nil {
		return err
	}

	if cause != nil {
		return c.holdScheduled(ctx, s, cause)
	}

	return c.applyNow(ctx, service, current, s)
}

// holdLate holds a scheduled change whose time passed too long ago; cause is what was in the way, nil for what was
// noted, if anything was.
func (c *Changes) holdLate(ctx context.Context, s scheduled.Change, cause *ops.Error) (held bool, err error) {
	late := c.now().Sub(s.At)

	switch {
	case s.State != scheduled.Overdue || s.Applying || late <= lateMost:
		return false, nil
	case cause != nil:
		cause = &ops.Error{
			Code: cause.Code, Details: cause.Details, Message: "It could not be applied within 15 minutes of its time: " + cause.Message,
		}
	case s.Note != "":
		cause = s.Err(s.Note)
	default:
		cause = &ops.Error{
			Code: ops.CodeConflict,
			Message: fmt.Sprintf("Its time passed %s before this console could apply it, and it is applied at most 15 minutes late.",
				humantime.Span(late)),
		}
	}

	return true, c.holdScheduled(ctx, s, cause)
}

// ending has a scheduled change wait for a temporary one that is due to end, and sets the same: whichever came first would
// hold the other.
func (c *Changes) ending(ctx context.Context, section ops.Section, s scheduled.Change) error {
	leases, err := c.leases.OpenIn(ctx, c.db.Read(), section.Name)
	if err != nil {
		return err
	}

	for _, l := range leases {
		for _, field := range section.Fields {
			_, holds := l.Set[field.Name]
			if _, sets := s.Set[field.Name]; holds && sets && l.State == lease.Overdue {
				return l.Holds(field, "choose a later time")
			}
		}
	}

	return nil
}

// authorGone is why a scheduled change is not made by itself any more, nil while whoever scheduled it is an operator.
func (c *Changes) authorGone(ctx context.Context, s scheduled.Change) (*ops.Error, error) {
	if c.StillOps == nil {
		return nil, nil //nolint:nilnil // nobody is asked
	}

	still, err := c.StillOps(ctx, s.Actor)
	if still || err != nil {
		return nil, err
	}

	return &ops.Error{
		Code: ops.CodePermissionDenied, Message: s.Actor + ", who scheduled it, is no longer known as an operator.",
	}, nil
}

// obstacle is why a scheduled change whose time has come is not made, nil for nothing.
func (c *Changes) obstacle(ctx context.Context, current Current, s scheduled.Change) (*ops.Error, error) {
	if gone, err := c.authorGone(ctx, s); gone != nil || err != nil {
		return gone, err
	}

	if term := c.termOf(s, s.At); term != nil && !c.now().Before(term.EndsAt) {
		return &ops.Error{Code: ops.CodeConflict, Message: "It would already have ended, at " + moments(term.EndsAt) + "."}, nil
	}

	changed, err := c.meanwhile(ctx, current, s)
	if changed != nil || err != nil {
		return changed, err
	}

	section, after := current.Section, merged(current.Values, s.Set)

	if len(section.Diff(current.Values, after)) == 0 {
		return &ops.Error{Code: ops.CodeConflict, Message: "Nothing would change: these are already the current values."}, nil
	}

	if err := ops.Invalid(section.CheckBetween(after, current.Values, s.Before)); err != nil {
		cause := *ops.AsError(err)
		cause.Message = "The values are no longer valid together with the others." + ops.FieldSentences(err)

		return &cause, nil
	}

	return nil, nil //nolint:nilnil // nothing is in the way
}

// applyNow makes a scheduled change by itself. The section is locked by the caller.
func (c *Changes) applyNow(ctx context.Context, service ops.Service, current Current, s scheduled.Change) error {
	request := Request{
		Section: s.Section, Revision: current.Revision, Values: s.Set, Reason: s.Reason, Source: SourceSchedule, Restores: s.Restores,
		Term: c.termOf(s, s.At), fulfils: &s, message: dueText(s, c.now()),
	}
	c.guardTerm(&request, s.At)

	result, err := c.perform(ctx, service, Scheduled(s.Actor), Plan{Current: current, After: merged(current.Values, s.Set)}, request)

	switch {
	case err != nil && !errors.Is(err, errOvertaken) && conflicts(err): // with a window, or another temporary change
		return c.holdScheduled(ctx, s, ops.AsError(err))
	case err != nil:
		return err
	}

	failpoint.Reach(failpoint.ScheduledApplied)

	if result.Change.Outcome != Failed {
		return nil
	}

	failed := result.Change.Err()
	if !final(failed.Code) {
		return failed.Because(errApplyFailed)
	}

	if s, err = c.scheduled.Get(ctx, s.ID); err != nil {
		return err
	}

	return c.holdScheduled(ctx, s, failed)
}
