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
	"github.com/graph-olap/opsconsole/ops"
)

// patience is how long the health of the platform may be unknown at the end of a window
// before users are told that it goes on.
const patience = 30 * time.Second

// verify reads the platform's health. Healthy, the end can begin; else the window is
// overrun, and it is looked again.
func (s *Windows) verify(ctx context.Context, service ops.Service, w Window) error {
	health, err := s.Health(ctx, service)

	if err != nil && (w.stored == Overrun || s.moment().Sub(w.since()) < patience) {
		return err
	}

	if err == nil && health.Status == ops.Healthy {
		return s.move(ctx, w, deed{
			actor: changes.Scheduled(w.ActsFor), action: audit.WindowVerify, reason: w.Reason, message: "The platform is healthy.",
		}, func(w *Window) {
			if w.stored != Verifying {
				w.enter(Verifying, s.moment())
			}

			w.verifiedAt, w.health = s.moment(), health.Status
			w.schedule()
		})
	}

	note := unwell(health, err)
	if w.stored == Overrun {
		return waits(note)
	}

	return s.move(ctx, w, deed{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowOverrun, outcome: audit.Failed, reason: w.Reason, message: note,
		event: EventOverrun,
	}, func(w *Window) {
		w.enter(Overrun, s.moment())
		w.why, w.health = note, health.Status
	})
}

// since is when the phase began.
func (w Window) since() time.Time { return w.Steps[len(w.Steps)-1].At }

// unwell says why the platform does not count as healthy.
func unwell(health ops.Health, err error) string {
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

	return note + ". Maintenance goes on until it is healthy, or until you say that it is over."
}

// finish puts everything back and closes the window with its report, unless somebody
// has to decide about something first.
func (s *Windows) finish(ctx context.Context, service ops.Service, w Window) error {
	leases, err := s.putBack(ctx, service, w)
	if err != nil {
		return err
	}

	// One that never began has set nothing. Should its request be carried out yet, it
	// comes back to life, and the window with it.
	leases = slices.DeleteFunc(leases, func(l changes.Lease) bool { return l.State == changes.LeaseVoid })

	if hold(leases) {
		return s.ask(ctx, w, leases)
	}

	return s.close(ctx, service, w, leases)
}

// putBack takes back what the window has set, and returns its leases as they are then:
// what can be put back is, also after something that cannot.
func (s *Windows) putBack(ctx context.Context, service ops.Service, w Window) ([]changes.Lease, error) {
	leases, err := s.Leases(ctx, w.ID)
	if err != nil {
		return nil, err
	}

	for i, lease := range slices.Backward(leases) { // maintenance mode last
		back, takeErr := s.takeBack(ctx, service, w, lease)
		leases[i] = back

		if takeErr != nil && err == nil {
			err = takeErr
		}
	}

	return leases, err
}

// takeBack ends a lease of the window. It is not an error when it is held.
func (s *Windows) takeBack(
	ctx context.Context, service ops.Service, w Window, lease changes.Lease,
) (changes.Lease, error) {
	lease, err := s.settled(ctx, service, lease)
	if err != nil || !lease.Open() {
		return lease, err
	}

	if lease.State == changes.LeaseHeld { // an operator decides, unless it has gone back meanwhile
		current, err := s.Changes.Current(ctx, service, lease.Section)
		if err != nil || !holds(current, lease.Before) {
			return lease, err
		}
	}

	lease, err = s.Changes.TakeBack(ctx, service, changes.Scheduled(w.ActsFor), lease.ID,
		fmt.Sprintf("Maintenance window %d is over", w.ID))
	if err != nil || !lease.Open() || lease.State == changes.LeaseHeld {
		return lease, err
	}

	return lease, waits("It is not known yet whether everything is put back; it is read back until it is.")
}

// holds reports whether the section has these values, whatever the others are.
func holds(current changes.Current, values ops.Values) bool {
	for name, value := range values {
		field, ok := current.Section.Field(name)
		if !ok || !field.Equal(current.Values[name], value) {
			return false
		}
	}

	return true
}

// hold reports whether one of the leases waits for an operator.
func hold(leases []changes.Lease) bool {
	return slices.ContainsFunc(leases, func(l changes.Lease) bool { return l.State == changes.LeaseHeld })
}

// ask leaves it to an operator what becomes of that which somebody else has changed.
func (s *Windows) ask(ctx context.Context, w Window, leases []changes.Lease) error {
	var notes []string

	for _, lease := range leases {
		if lease.State == changes.LeaseHeld {
			notes = append(notes, fmt.Sprintf("%s: %s", lease.Section, lease.Note))
		}
	}

	note := strings.Join(notes, " ")

	if w.stored == Held || w.stored.Final() {
		return waits(note)
	}

	return s.hold(ctx, w, note)
}

// close proves that everything is as before, and ends the window.
func (s *Windows) close(ctx context.Context, service ops.Service, w Window, leases []changes.Lease) error {
	now := s.moment()

	if len(leases) == 0 && w.stored.Final() { // it set nothing: there is nothing to prove
		return s.rest(ctx, w)
	}

	report, err := s.report(ctx, service, w, leases, now)
	if err != nil {
		return err
	}

	d := deed{
		actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, reason: w.Reason, event: EventEnded,
		message: "Everything is as it was before.",
	}
	if !report.Restored {
		d.message = "It is over; the report names what is not as it was before."
	}

	if w.stored.Final() {
		d.event = ""
	}

	return s.move(ctx, w, d, func(w *Window) {
		if !w.stored.Final() {
			w.enter(Completed, now)
		}

		w.schedule()
		w.EndedAt, w.Report, w.dueAt = &now, &report, time.Time{}
	})
}

// rest leaves a window alone of which nothing is due any more.
func (s *Windows) rest(ctx context.Context, w Window) error {
	return s.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_windows SET due_at = NULL, tries = 0, trouble = '', next_try_at = NULL
			WHERE id = $1 AND revision = $2`, w.ID, w.Revision)

		return err
	})
}
