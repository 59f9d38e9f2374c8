package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// Scope says how much of a series is meant.
type Scope string

// The scopes: one window, or it and all that follow in its series.
const (
	This      Scope = "this"
	Following Scope = "following"
)

// Edit is a change to a window that has not started. What is nil stays as it is.
type Edit struct {
	// Revision is the one that the form was filled from.
	Revision int64

	Title           *string
	Message         *string
	MaintenanceMode *bool
	Settings        *Settings
	AlertMatchers   *[]string
	StartsAt        *time.Time
	EndsAt          *time.Time
	TimeZone        *string
	// Recurrence makes a series of a window that stands alone, or gives its series
	// another rule from here on; "" ends the series with this window. In a series it
	// needs Following.
	Recurrence *string

	// Scope is This when it is "".
	Scope   Scope
	Reason  string
	Confirm string
}

// following reports whether the edit is about more than the one window.
func (e Edit) following() bool { return e.Scope == Following }

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// draft returns the draft that the edit makes of a window.
func (e Edit) draft(w Window) Draft {
	d := Draft{
		Plan: w.Plan, StartsAt: w.StartsAt, EndsAt: w.EndsAt, TimeZone: w.TimeZone, Reason: w.Reason,
	}

	set(&d.Title, e.Title)
	set(&d.Message, e.Message)
	set(&d.MaintenanceMode, e.MaintenanceMode)
	set(&d.Settings, e.Settings)
	set(&d.AlertMatchers, e.AlertMatchers)
	set(&d.TimeZone, e.TimeZone)
	set(&d.Recurrence, e.Recurrence)

	length := w.Length()

	set(&d.StartsAt, e.StartsAt)

	if d.EndsAt = d.StartsAt.Add(length); e.EndsAt != nil {
		d.EndsAt = *e.EndsAt
	}

	return d
}

// Update changes or moves a window that has not started, or it and those that follow in
// its series: a start without an end moves both. Its errors are those of
// [Windows.Announce], and a CONFLICT with details {revision} when the window is no
// longer at the edit's revision.
func (s *Windows) Update(ctx context.Context, service ops.Service, actor audit.Actor, id int64, edit Edit) (Window, error) {
	refuse := func(err error) (Window, error) {
		return Window{}, s.refuse(ctx, actor, audit.WindowChange, object(id), edit.Reason, err)
	}

	w, err := s.Get(ctx, id)
	if err != nil {
		return Window{}, err
	}

	if err := checkEditable(w, edit); err != nil {
		return refuse(err)
	}

	c, wrong, err := s.checkEdit(ctx, w, edit)
	if err != nil {
		return Window{}, err
	}

	wrong = append(wrong, changes.CheckReason(edit.Reason)...)
	if edit.asksConfirm(w) {
		wrong = append(wrong, s.Changes.CheckConfirm(c.confirm, edit.Confirm)...)
	}

	if err := c.asks.invalid(wrong); err != nil {
		return refuse(err)
	}

	err = s.write(ctx, func(tx *sql.Tx) error {
		w, err := s.locked(ctx, tx, id)
		if err == nil {
			err = checkEditable(w, edit)
		}

		if err == nil {
			err = s.checkNotStarting(ctx, tx, w)
		}

		if err == nil {
			err = s.checkLeases(ctx, tx, c.Plan, c.spans())
		}

		if err != nil {
			return err
		}

		if c.Recurrence == "" && !edit.following() {
			return s.editOne(ctx, tx, actor, w, c, edit)
		}

		return s.editFollowing(ctx, tx, actor, w, c, edit)
	})
	if err != nil {
		return refuse(err)
	}

	return s.advanceAndGet(ctx, service, id)
}

// checkEditable wants the window to be where an edit can be made.
func checkEditable(w Window, edit Edit) error {
	var wrong fieldErrors

	switch {
	case edit.Revision == 0:
		wrong.addf("revision", "revision", "is required: it says which window you saw. Open the form again.")
	case edit.StartsAt != nil && edit.StartsAt.IsZero():
		wrong.addf("starts_at", "required", "is required; to begin now, start the window")
	case edit.Scope != "" && edit.Scope != This && edit.Scope != Following:
		wrong.addf("scope", "enum", "must be this or following")
	case edit.following() && w.Series == nil:
		wrong.addf("scope", "scope", "The window is not part of a series, so no others follow.")
	case !edit.following() && w.Series != nil && edit.Recurrence != nil:
		wrong.addf("recurrence", "scope", "belongs to a series: change this and all following windows (scope following)")
	}

	if len(wrong) > 0 {
		return ops.Invalid(wrong)
	}

	if err := w.checkRevision(edit.Revision); err != nil {
		return err
	}

	if !w.waiting() || w.Phase.Final() {
		return w.conflict("It can be changed until it starts; it is %s. Extend it or end it.", w.Phase)
	}

	return nil
}

// checkRevision refuses a revision that is not the window's; 0 is any.
func (w Window) checkRevision(revision int64) error {
	if revision == 0 || revision == w.Revision {
		return nil
	}

	return w.conflict("Window %d changed since you opened it: it is at revision %d. Check it, then try again.", w.ID, w.Revision)
}

func (w Window) conflict(format string, args ...any) error {
	return &ops.Error{
		Code: ops.CodeConflict, Message: fmt.Sprintf(format, args...),
		Details: map[string]any{"window": w.ID, "revision": w.Revision, "phase": w.Phase},
	}
}

// checkNotStarting refuses a window of which something is applied already.
func (s *Windows) checkNotStarting(ctx context.Context, tx *sql.Tx, w Window) error {
	leases, err := s.Changes.LeasesHeldBy(ctx, tx, lease.Holder(w.ID))
	if err == nil && slices.ContainsFunc(leases, lease.Lease.Open) {
		err = w.conflict("It is being started right now.")
	}

	return err
}

// PreviewEdit checks an edit and says what it would come to, and changes nothing. It
// does not look at reason and confirm; its errors are those of [Windows.Update].
func (s *Windows) PreviewEdit(ctx context.Context, id int64, edit Edit) (Preview, error) {
	w, err := s.Get(ctx, id)
	if err == nil {
		err = checkEditable(w, edit)
	}

	if err != nil {
		return Preview{}, err
	}

	c, wrong, err := s.checkEdit(ctx, w, edit)
	if err == nil {
		err = c.asks.invalid(wrong)
	}

	except := exclusion{window: id}
	if w.Series != nil && edit.following() {
		except.series, except.from = *w.Series, w.Occurrence
	}

	if err == nil {
		err = errors.Join(s.checkLeases(ctx, s.DB.Read(), c.Plan, c.spans()), s.checkOverlaps(ctx, s.DB.Read(), c.spans(), except))
	}

	if err != nil {
		return Preview{}, err
	}

	before := w

	moved, err := s.previewMoved(ctx, &w, c, edit)
	if err != nil {
		return Preview{}, err
	}

	w.Plan = c.Plan

	p := s.preview(w, c)
	p.Moved = moved

	if !edit.asksConfirm(before) {
		p.Confirm = ""
	}

	return p, nil
}

// asksConfirm reports whether the edit touches what has to be confirmed.
func (e Edit) asksConfirm(w Window) bool {
	return e.MaintenanceMode != nil && !w.MaintenanceMode || e.Settings != nil
}

// setTerms writes the terms of a checked draft into the window. Whoever changes one that is
// held answers for it from then on.
func (w *Window) setTerms(c checked, o calendar.Occurrence, actor audit.Actor, now time.Time) {
	w.Plan, w.TimeZone = c.Plan, c.TimeZone
	w.StartsAt, w.EndsAt = o.StartsAt, o.StartsAt.Add(c.length())
	w.PlannedStartsAt, w.PlannedEndsAt = w.StartsAt, w.EndsAt

	if w.stored == Held {
		w.ActsFor = actor.Username
		w.enter(Announced, now)
	}

	w.schedule()
}

func (s *Windows) editOne(ctx context.Context, tx *sql.Tx, actor audit.Actor, w Window, c checked, edit Edit) error {
	if err := s.checkOverlaps(ctx, tx, c.spans(), exclusion{window: w.ID}); err != nil {
		return err
	}

	before := w
	w.setTerms(c, c.dates[0], actor, s.now())

	d := transition{actor: actor, action: audit.WindowChange, reason: edit.Reason, before: &before}
	if !w.sameToUsers(before) {
		d.event = EventChanged
	}

	return s.save(ctx, tx, &w, d)
}

// sameToUsers reports whether users are told the same of both, neither of which has begun: what it sets and silences is not
// for them.
func (w Window) sameToUsers(other Window) bool {
	return w.Title == other.Title && w.Message == other.Message && w.TimeZone == other.TimeZone &&
		w.StartsAt.Equal(other.StartsAt) && w.EndsAt.Equal(other.EndsAt)
}
