package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// healthGrace is how long the health of the platform may be unknown at the end of a window
// before users are told that it goes on.
const healthGrace = 30 * time.Second

// verify reads the platform's health. Healthy, the end can begin; else the window is
// overrun, and it is looked again.
func (s *Windows) verify(ctx context.Context, service ops.Service, w Window) error {
	health, err := s.Health(ctx, service)

	// Where the clock was set back, the phase begins in what is to come: it has lasted long enough then.
	if err != nil && (w.stored == Overrun || s.now().Sub(w.phaseBegan()).Abs() < healthGrace) {
		return err
	}

	if err == nil && health.Status == ops.Healthy {
		return s.transition(ctx, w, transition{
			actor: changes.Scheduled(w.ActsFor), action: audit.WindowVerify, reason: w.Reason, message: "The platform is healthy.",
		}, func(w *Window) {
			if w.stored != Verifying {
				w.enter(Verifying, s.now())
			}

			w.verifiedAt, w.health = s.now(), health.Status
			w.schedule()
		})
	}

	note := healthNote(health, err)
	if w.stored == Overrun {
		return pendingError{message: note, cause: err}
	}

	return s.transition(ctx, w, transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowOverrun, outcome: audit.Failed, reason: w.Reason, message: note,
		event: EventOverrun,
	}, func(w *Window) {
		w.enter(Overrun, s.now())
		w.phaseNote, w.Failure, w.health = note, failure.Of(err), health.Status
	})
}

// phaseBegan is when the phase began.
func (w Window) phaseBegan() time.Time { return w.Steps[len(w.Steps)-1].At }

// healthNote says why the platform does not count as healthy.
func healthNote(health ops.Health, err error) string {
	if err != nil {
		return "The platform's health cannot be read: " + ops.AsError(err).Message
	}

	var parts []string

	for name, c := range health.Components {
		if c.Status != ops.ComponentConnected && c.Status != ops.ComponentNotConfigured {
			parts = append(parts, fmt.Sprintf("%s is %s", name, c.Status))
		}
	}

	slices.Sort(parts)

	note := fmt.Sprintf("The platform is %s", health.Status)
	if len(parts) > 0 {
		note += ": " + strings.Join(parts, ", ")
	}

	return note + ". Maintenance continues until it is healthy, or until you declare it over."
}

// finish puts everything back and closes the window with its report, unless somebody
// has to decide about something first.
func (s *Windows) finish(ctx context.Context, service ops.Service, w Window) error {
	leases, err := s.revert(ctx, service, w)
	if err != nil {
		return err
	}

	// One that never began has set nothing. Should its request be carried out yet, it
	// comes back to life, and the window with it.
	leases = slices.DeleteFunc(leases, func(l lease.Lease) bool { return l.State == lease.Void })

	if anyHeld(leases) {
		return s.holdForDecision(ctx, service, w, leases)
	}

	return s.complete(ctx, service, w, leases)
}

// revert takes back what the window has set, and returns its leases as they are then:
// what can be put back is, also after something that cannot.
func (s *Windows) revert(ctx context.Context, service ops.Service, w Window) ([]lease.Lease, error) {
	leases, err := s.Leases(ctx, w.ID)
	if err != nil {
		return nil, err
	}

	for i, l := range slices.Backward(leases) { // maintenance mode last
		back, takeErr := s.revertLease(ctx, service, w, l)
		leases[i] = back

		failpoint.Reach(failpoint.WindowPartBack)

		if takeErr != nil && err == nil {
			err = takeErr
		}
	}

	return leases, err
}

// revertLease ends a lease of the window. It is not an error when it is held.
func (s *Windows) revertLease(
	ctx context.Context, service ops.Service, w Window, l lease.Lease,
) (lease.Lease, error) {
	l, err := s.settled(ctx, service, l)
	if err != nil || !l.Open() {
		return l, err
	}

	if l.State == lease.Held { // an operator decides, unless it has gone back meanwhile
		current, err := s.Changes.Current(ctx, service, l.Section)
		if err != nil || !hasValues(current, l.Before) {
			return l, err
		}
	}

	l, err = s.Changes.TakeBack(ctx, service, changes.Scheduled(w.ActsFor), l.ID,
		fmt.Sprintf("Maintenance window %d is over", w.ID))
	if err != nil || !l.Open() || l.State == lease.Held {
		return l, err
	}

	return l, pendingError{message: "It is not known yet whether everything is restored. It is being read back until it is."}
}

// hasValues reports whether the section has these values, whatever the others are.
func hasValues(current changes.Current, values ops.Values) bool {
	for name, value := range values {
		field, ok := current.Section.Field(name)
		if !ok || !field.Equal(current.Values[name], value) {
			return false
		}
	}

	return true
}

// anyHeld reports whether one of the leases waits for an operator.
func anyHeld(leases []lease.Lease) bool {
	return slices.ContainsFunc(leases, func(l lease.Lease) bool { return l.State == lease.Held })
}

// holdForDecision leaves it to an operator what becomes of that which somebody else has changed.
func (s *Windows) holdForDecision(ctx context.Context, service ops.Service, w Window, leases []lease.Lease) error {
	var (
		notes []string
		cause error
	)

	for _, l := range leases {
		if l.State != lease.Held {
			continue
		}

		notes = append(notes, l.Section.Title()+": "+l.Note)

		if cause == nil && l.ErrorCode != "" {
			cause = l.Err(l.Note)
		}
	}

	note, waits := strings.Join(notes, " "), w.stored == Held || w.stored.Final()

	out, err := s.keptOut(ctx, service, leases)

	switch {
	case err != nil:
		return err
	case !waits:
		return s.hold(ctx, w, note, cause, !out)
	case w.stored == Held && w.BackAt == nil && !out:
		return s.tellBack(ctx, w)
	default:
		return pendingError{message: note, cause: cause}
	}
}

// keptOut reports whether users are kept out yet by what the window has set: what else of it
// waits for a decision is the operators' matter.
func (s *Windows) keptOut(ctx context.Context, service ops.Service, leases []lease.Lease) (bool, error) {
	if !slices.ContainsFunc(leases, func(l lease.Lease) bool { return l.Section == ops.SectionMaintenance && l.Open() }) {
		return false, nil
	}

	current, err := s.Changes.Current(ctx, service, ops.SectionMaintenance)

	return current.Values["enabled"] == true, err
}

// tellBack tells users of a held window that it is over for them.
func (s *Windows) tellBack(ctx context.Context, w Window) error {
	return s.transition(ctx, w, transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, reason: w.Reason, event: EventEnded,
		message: "Maintenance mode is off; the rest needs a decision.",
	}, func(w *Window) { w.giveBack(s.now()) })
}

// giveBack notes that users have the platform back.
func (w *Window) giveBack(now time.Time) { w.BackAt = &now }

// complete proves that everything is as before, and ends the window.
func (s *Windows) complete(ctx context.Context, service ops.Service, w Window, leases []lease.Lease) error {
	now := s.now()

	if len(leases) == 0 && w.stored.Final() { // it set nothing: there is nothing to prove
		return s.clearDue(ctx, w)
	}

	report, err := s.report(ctx, service, w, leases, now)
	if err != nil {
		return err
	}

	failpoint.Reach(failpoint.WindowReported)

	d := transition{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, reason: w.Reason, event: EventEnded,
		message: "Everything is restored.",
	}
	if !report.Restored {
		d.message = "It is over; the report lists what was not restored."
	}

	if w.stored.Final() || w.BackAt != nil { // users know already
		d.event = ""
	}

	return s.transition(ctx, w, d, func(w *Window) {
		if !w.stored.Final() {
			w.enter(Completed, now)
		}

		if d.event != "" {
			w.giveBack(now)
		}

		w.schedule()
		w.EndedAt, w.Report, w.dueAt = &now, &report, time.Time{}
	})
}

// clearDue leaves a window alone of which nothing is due any more. An error of its phase
// stays; one that was in the way has passed.
func (s *Windows) clearDue(ctx context.Context, w Window) error {
	err := s.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_windows SET due_at = NULL, tries = 0, trouble = '', next_try_at = NULL,
				error_code = CASE WHEN trouble = '' THEN error_code END,
				error_details_json = CASE WHEN trouble = '' THEN error_details_json END
			WHERE id = $1 AND revision = $2`, w.ID, w.Revision)

		return err
	})
	if err == nil && w.Overdue {
		s.OnChange()
	}

	return err
}
