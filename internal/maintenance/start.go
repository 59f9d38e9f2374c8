package maintenance

import (
	"context"
	"fmt"
	"slices"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// start sets what the window sets, and makes it active once all of it is known to be
// applied.
func (s *Windows) start(ctx context.Context, service ops.Service, w Window) error {
	leases, err := s.Leases(ctx, w.ID)
	if err != nil {
		return err
	}

	if !slices.ContainsFunc(leases, lease.Lease.Open) { // nothing is set yet
		answers, err := s.AuthorStillOps(ctx, w.ActsFor)
		if err != nil {
			return ops.Unavailable("sessions", "Whether "+w.ActsFor+" still has the Ops role could not be determined.").Because(err)
		}

		if !answers {
			why := w.ActsFor + " is responsible for it, and has lost the Ops role or is blocked. Take it over, or cancel it."

			return s.hold(ctx, w, why, nil, false)
		}

		// Users are not kept out while the rest waits for somebody.
		for _, p := range w.parts() {
			if err := s.checkFieldsFree(ctx, w, p); err != nil {
				return err
			}
		}
	}

	for _, p := range w.parts() {
		err := s.setPart(ctx, service, w, p, leases)
		if ops.AsError(err) != nil && ops.AsError(err).Code == ops.CodeValidationFailed {
			return s.giveUpStart(ctx, service, w, err)
		}

		if err != nil {
			return err
		}

		failpoint.Reach(failpoint.WindowPartSet)
	}

	now := s.now()

	return s.transition(ctx, w, transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowStart, reason: w.Reason, event: EventStarted,
		message: "Everything is applied.",
	}, func(w *Window) {
		w.StartedAt = &now
		w.enter(Active, now)
	})
}

// giveUpStart holds a window of which something can never be applied. What it has set already
// is put back first: it may be long until somebody comes, and users must not wait for that.
func (s *Windows) giveUpStart(ctx context.Context, service ops.Service, w Window, cause error) error {
	if _, err := s.revert(ctx, service, w); err != nil {
		return err
	}

	return s.hold(ctx, w, "Its settings cannot be applied now. "+errorText(cause)+
		" What it had set is restored. Change its settings, or cancel it.", cause, false)
}

// setPart sets what the window sets in a section, if it has not yet.
func (s *Windows) setPart(ctx context.Context, service ops.Service, w Window, p part, leases []lease.Lease) error {
	for _, l := range leases {
		if l.Section != p.section.Name {
			continue
		}

		l, err := s.settled(ctx, service, l)
		if err != nil {
			return err
		}

		if l.Open() { // one that has ended is of a start that was given up
			return nil
		}
	}

	current, err := s.Changes.Current(ctx, service, p.section.Name)
	if err != nil {
		return err
	}

	if current.Open != nil {
		return unsettled(p.section, *current.Open)
	}

	if err := s.checkFieldsFree(ctx, w, p); err != nil {
		return err
	}

	if hasValues(current, p.values) {
		return nil // it is like that already: there is nothing to take back
	}

	result, err := s.Changes.Apply(ctx, service, changes.Scheduled(w.ActsFor), changes.Request{
		Section: p.section.Name, Revision: current.Revision, Values: p.values, Reason: w.changeReason(), Source: changes.SourceSchedule,
		Term: &changes.Term{Kind: lease.ByHolder, EndsAt: w.EndsAt, Holder: lease.Holder(w.ID)}, Guard: s.guard(w),
	})
	if changes.Overtaken(err) {
		return s.overtaken(ctx, w, p.section)
	}

	if err != nil {
		return err
	}

	switch result.Change.Outcome {
	case changes.Applied:
		return nil
	case changes.Failed:
		return result.Change.Err()
	default:
		return unsettled(p.section, result.Change)
	}
}

// overtaken is what a window waits for where another change of a section was faster: nothing, where another replica set the same.
func (s *Windows) overtaken(ctx context.Context, w Window, section ops.Section) error {
	leases, err := s.Leases(ctx, w.ID)
	if err != nil {
		return err
	}

	if slices.ContainsFunc(leases, func(l lease.Lease) bool { return l.Section == section.Name && l.Open() }) {
		return errStale
	}

	return pendingError{message: "Somebody else changed " + section.Title + " at the same moment. It is tried again."}
}

// changeReason is the reason of the changes that the window makes.
func (w Window) changeReason() string {
	reason := []rune(fmt.Sprintf("Maintenance window %d: %s", w.ID, w.Reason))

	return string(reason[:min(len(reason), ops.ReasonMax)])
}

func unsettled(section ops.Section, open changes.Change) error {
	return pendingError{message: fmt.Sprintf(
		"Change %d of %s is not known to be applied yet; it is read back until it is.", open.ID, section.Title)}
}

// settled returns a lease of which it is known whether it began, and whether it ended.
func (s *Windows) settled(ctx context.Context, service ops.Service, l lease.Lease) (lease.Lease, error) {
	if l.State != lease.Pending && (l.EndChange == nil || !l.Open()) {
		return l, nil
	}

	current, err := s.Changes.Current(ctx, service, l.Section)
	if err != nil {
		return l, err
	}

	if current.Open != nil {
		return l, unsettled(current.Section, *current.Open)
	}

	return s.Changes.Lease(ctx, l.ID)
}

// hold leaves a window to an operator; cause is the error that the note tells of, nil
// where there is none. Users are told that it is over when they have the platform back.
func (s *Windows) hold(ctx context.Context, w Window, note string, cause error, back bool) error {
	d := transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowHold, outcome: audit.Refused, reason: w.Reason, message: note,
	}
	if back {
		d.event = EventEnded
	}

	return s.transition(ctx, w, d, func(w *Window) {
		w.enter(Held, s.now())
		w.phaseNote, w.Failure = note, failure.Of(cause)

		if back {
			w.giveBack(s.now())
		}
	})
}

// miss records that a window could not be started before its end.
func (s *Windows) miss(ctx context.Context, w Window) error {
	why := "It was never started: between its start and end this console was not running, or had no account to act with."

	switch {
	case w.stored == Held:
		why = "It was held until its end. " + w.Note
	case w.tryNote != "":
		why = "It could not be started before its end. " + w.tryNote
	}

	return s.transition(ctx, w, transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowMiss, outcome: audit.Failed, reason: w.Reason, message: why,
		event: EventCancelled,
	}, func(w *Window) {
		failed := w.Failure // the note still tells of it
		w.enter(Missed, s.now())
		w.phaseNote, w.Failure = why, failed
	})
}

// Leases returns what the window has set, oldest first.
func (s *Windows) Leases(ctx context.Context, id int64) ([]lease.Lease, error) {
	return s.Changes.LeasesHeldBy(ctx, s.DB.Read(), lease.Holder(id))
}
