package changes

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// SectionPlan is what restoring a point would do, or did, to one section.
type SectionPlan struct {
	Section ops.SectionName `json:"section"`
	Title   string          `json:"-"`
	// State is unchanged, differs, restored, failed or unknown.
	State       PointState       `json:"state"`
	Revision    string           `json:"revision"`
	Differences []ops.Difference `json:"differences"`
	// Since are the changes that came after the point was kept, newest first, 20 at the most.
	Since []Change `json:"since"`
	// Change is the one that restored it, or tried to.
	Change *Change `json:"change"`
	// Error says why it failed, or why it cannot be restored now.
	Error string `json:"error,omitempty"`
	// Unread is why what is set now could not be read, nil when it was.
	Unread error `json:"-"`
}

// PointState is where a section stands against a point.
type PointState string

// The states.
const (
	PointUnchanged PointState = "unchanged"
	PointDiffers   PointState = "differs"
	PointRestored  PointState = "restored"
	PointFailed    PointState = "failed"
	PointUnknown   PointState = "unknown"
)

// PointPlan is what restoring a point would do, or did. Revision names the revisions of
// all sections, to restore against.
type PointPlan struct {
	Point    Point         `json:"point"`
	Revision string        `json:"revision"`
	Sections []SectionPlan `json:"sections"`
	// Complete says that every section is as the point has it.
	Complete bool `json:"complete"`
	// Confirm says why the restore has to be confirmed; "" when it has not.
	Confirm string `json:"confirm,omitempty"`
}

// PreviewPoint says what restoring the point would do and changes nothing.
func (c *Changes) PreviewPoint(ctx context.Context, service ops.Service, id int64) (PointPlan, error) {
	point, err := c.Point(ctx, id)
	if err != nil {
		return PointPlan{}, err
	}

	sections := ops.Sections()
	plan := PointPlan{Point: point, Complete: true, Sections: make([]SectionPlan, len(sections))}
	confirms := make([]string, len(sections))

	// Side by side: whoever waits for the control plane waits once.
	var group sync.WaitGroup
	for i, section := range sections {
		group.Go(func() { plan.Sections[i], confirms[i] = c.previewSection(ctx, service, section, point) })
	}

	group.Wait()

	plan.Confirm = cmp.Or(confirms...)

	for _, part := range plan.Sections {
		plan.Complete = plan.Complete && part.State == PointUnchanged
	}

	plan.Revision = plan.revision()

	return plan, nil
}

// entry is what the audit log would say of the whole restore, section by section.
func (p PointPlan) entry(reason string) (e audit.Entry, err error) {
	before, after := map[ops.SectionName]ops.Values{}, map[ops.SectionName]ops.Values{}

	for _, part := range p.Sections {
		before[part.Section], after[part.Section] = ops.Values{}, ops.Values{}

		for _, d := range part.Differences {
			before[part.Section][d.Field.Name], after[part.Section][d.Field.Name] = d.Before, d.After
		}
	}

	e = audit.Entry{
		Action: audit.ConfigRestore, Object: pointObject(p.Point.ID), Outcome: audit.Intent, Reason: reason, Message: p.Point.Name,
	}
	if e.Before, err = json.Marshal(before); err != nil {
		return e, err
	}

	e.After, err = json.Marshal(after)

	return e, err
}

// revision names the revisions of all sections.
func (p PointPlan) revision() string {
	revisions := make([]string, 0, len(p.Sections))
	for _, part := range p.Sections {
		revisions = append(revisions, string(part.Section)+":"+part.Revision)
	}

	return strings.Join(revisions, ",")
}

// previewSection compares one section with the point, and says why restoring it would
// have to be confirmed. One that cannot be read now does not keep the others from it.
func (c *Changes) previewSection(
	ctx context.Context, service ops.Service, section ops.Section, point Point,
) (part SectionPlan, confirm string) {
	part = SectionPlan{
		Section: section.Name, Title: section.Title, State: PointUnchanged, Differences: []ops.Difference{}, Since: []Change{},
	}

	current, err := c.current(ctx, service, section)
	if err != nil {
		part.State, part.Error, part.Unread = PointFailed, ops.AsError(err).Message, err

		return part, ""
	}

	part.Revision = current.Revision

	since, err := c.History(ctx, Filter{Section: section.Name, Outcome: Applied, From: point.At, Limit: sinceShown})
	if err != nil {
		part.State, part.Error = PointFailed, ops.AsError(err).Message

		return part, ""
	}

	part.Since = append(part.Since, since.Items...)

	if d := section.Diff(current.Values, point.Sections[section.Name]); len(d) > 0 {
		part.State, part.Differences = PointDiffers, d
	}

	if current.Open != nil {
		part.Error = ops.AsError(unsettled(section, *current.Open)).Message
	}

	return part, c.policy.confirmation(section, part.Differences)
}

// RestorePoint brings every section back to the point, a change each. What fails in one
// section does not stop the others; trying again does the rest. It refuses, and changes
// nothing, when a section is not at the revision that was previewed.
func (c *Changes) RestorePoint(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, revision, reason, confirm string,
) (PointPlan, error) {
	plan, err := c.restorePoint(ctx, service, actor, id, revision, reason, confirm)

	return plan, c.Refuse(ctx, actor, audit.Entry{Action: audit.ConfigRestore, Object: pointObject(id), Reason: reason}, err)
}

func pointObject(id int64) string { return fmt.Sprintf("points/%d", id) }

func (c *Changes) restorePoint(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, revision, reason, confirm string,
) (PointPlan, error) {
	plan, err := c.PreviewPoint(ctx, service, id)
	if err != nil {
		return PointPlan{}, err
	}

	errs := CheckReason(reason)
	if revision == "" {
		errs = append(errs, ops.FieldError{
			Field: "body.revision", Message: "is required: it says which values you saw. Preview the restore again.", Type: "revision",
		})
	}

	errs = append(errs, c.policy.confirmed(plan.Confirm, confirm)...)

	switch {
	case len(errs) > 0:
		return plan, ops.Invalid(errs)
	case revision != plan.Revision:
		return plan, &ops.Error{Code: ops.CodeConflict, Message: "Something has changed since you looked. Compare again, then restore."}
	case plan.Complete:
		return plan, ops.Invalid([]ops.FieldError{{
			Field: "body", Message: "Nothing would change: every section matches the point.", Type: "no_change",
		}})
	}

	held, err := plan.entry(reason)
	if err == nil { // for all parts at once: what holds one, holds the rest
		err = actor.May(ctx, held)
	}

	if err != nil {
		return plan, err
	}

	plan.Complete = true

	var (
		first int64 // intent of what was refused for now
		acted bool
	)

	for i := range plan.Sections {
		part := &plan.Sections[i]

		switch part.State {
		case PointDiffers:
			refused := c.restoreSection(ctx, service, actor, plan.Point, part, reason)
			first, acted = cmp.Or(first, refused), acted || part.Change != nil && refused == 0
		case PointFailed: // It could not even be read, which is an attempt all the same.
			request := Request{Section: part.Section, Source: SourceRestore, Reason: reason}
			refused := c.Refuse(ctx, actor, request.Entry(), ops.Unavailable(ops.ServiceControlPlane, part.Error))
			part.Error = ops.AsError(refused).Message
		case PointUnchanged, PointRestored, PointUnknown:
		}

		failpoint.Reach(failpoint.PointPart)

		plan.Complete = plan.Complete && (part.State == PointRestored || part.State == PointUnchanged)
	}

	if !acted {
		actor.Claim.Refused(first)
	}

	// To go on from: what is left can be tried again at once.
	plan.Revision = plan.revision()

	return plan, nil
}

// restoreSection restores one section; refused is the intent of that if the control plane
// refused it for now, else 0.
func (c *Changes) restoreSection(
	ctx context.Context, service ops.Service, actor audit.Actor, point Point, part *SectionPlan, reason string,
) (refused int64) {
	result, err := c.Apply(ctx, service, actor, Request{
		Section: part.Section, Revision: part.Revision, Values: point.Sections[part.Section], Reason: reason,
		Source: SourceRestore, Confirm: c.policy.Environment, point: &point.ID, repeated: true,
	})
	if err != nil {
		part.State, part.Error = PointFailed, ops.AsError(err).Message

		return 0
	}

	part.Revision = result.Current.Revision
	part.tell(result.Change)

	return result.refused
}

// tell says what became of the section by the change that restored it, or tried to.
func (part *SectionPlan) tell(change Change) {
	part.Change = &change

	switch change.Outcome {
	case Applied:
		part.State = PointRestored
	case Failed:
		part.State, part.Error = PointFailed, change.Err().Message
	case Pending, Unknown:
		part.State, part.Error = PointUnknown, "It is not known yet whether it was restored."
	}
}
