package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
)

// transition is something done to a window, as the audit log and the subscribers learn of it.
type transition struct {
	actor   audit.Actor
	action  audit.Action
	outcome audit.Outcome
	reason  string
	message string
	// event tells subscribers; "" tells nobody. Quiet ones count in the sequence all
	// the same: they are part of one that is told.
	event EventKind
	quiet bool
	// following says that it is done to all that follow in the series too.
	following bool
	// before is the window as it was, nil for a new one.
	before *Window
}

// moves reports whether subscribers are told of other times than before.
func (d transition) moves(w Window) bool {
	return d.before != nil && (d.event == EventChanged || d.event == EventExtended) &&
		(!d.before.StartsAt.Equal(w.StartsAt) || !d.before.EndsAt.Equal(w.EndsAt))
}

// save writes a window after a transition, with the audit entry and the event.
func (s *Windows) save(ctx context.Context, tx *sql.Tx, w *Window, d transition) error {
	w.Revision++
	w.UpdatedAt = s.now()
	w.silencesNone()

	if d.event != "" && w.ID != 0 {
		w.Sequence++
	}

	if _, _, kept := w.clocks(); !kept {
		w.keepClocks(s.zones())
	}

	if err := s.writeRow(ctx, tx, w); err != nil {
		return err
	}

	w.derive(w.UpdatedAt)
	failpoint.Reach(failpoint.WindowWriting)

	if err := s.log(ctx, tx, *w, d); err != nil {
		return err
	}

	if d.event == "" || d.quiet {
		return nil
	}

	event := Event{
		Kind: d.event, At: w.UpdatedAt, Actor: d.actor.Username, Reason: d.reason, Window: *w,
		Following: d.following && w.Series != nil,
	}
	if d.moves(*w) {
		event.WasStartsAt, event.WasEndsAt = &d.before.StartsAt, &d.before.EndsAt
	}

	_, err := s.tell(ctx, tx, event)

	return err
}

// tell writes an event of which subscribers are told.
func (s *Windows) tell(ctx context.Context, tx *sql.Tx, event Event) (_ Event, err error) {
	event.ID, err = event.columns().Insert(ctx, tx, eventTable)
	if err != nil {
		return Event{}, fmt.Errorf("write the event of window %d: %w", event.Window.ID, err)
	}

	failpoint.Reach(failpoint.WindowTold)

	if s.Outbox != nil {
		err = s.Outbox.Notify(ctx, tx, event)
	}

	return event, err
}

func (s *Windows) writeRow(ctx context.Context, tx *sql.Tx, w *Window) (err error) {
	if w.ID != 0 {
		_, err = w.columns().Update(ctx, tx, windowTable, "id = $1", w.ID)
	} else {
		w.ID, err = w.columns().Insert(ctx, tx, windowTable)
	}

	if err != nil {
		return fmt.Errorf("write window %d: %w", w.ID, err)
	}

	return nil
}

func (s *Windows) log(ctx context.Context, tx *sql.Tx, w Window, d transition) (err error) {
	entry := audit.Entry{
		Action: d.action, Object: object(w.ID), Outcome: d.outcome, Reason: d.reason, Message: d.message,
	}
	if entry.Outcome == "" {
		entry.Outcome = audit.Done
	}

	if d.before != nil {
		if entry.Before, err = d.before.auditTerms(); err != nil {
			return err
		}
	}

	if entry.After, err = w.auditTerms(); err != nil {
		return err
	}

	_, err = s.Audit.Append(ctx, tx, d.actor, entry)

	return err
}

// transition changes a window that is still at the revision that was seen.
func (s *Windows) transition(ctx context.Context, seen Window, d transition, fn func(w *Window)) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		w, err := s.locked(ctx, tx, seen.ID)
		if err != nil {
			return err
		}

		if w.Revision != seen.Revision {
			return errStale
		}

		return s.change(ctx, tx, w, d, func(w *Window) error {
			fn(w)

			return nil
		})
	})
}

// change lets fn change a locked window and saves it. When one of a series no longer
// waits, another one is written ahead; when it is over or cancelled, the next one is announced.
func (s *Windows) change(ctx context.Context, tx *sql.Tx, w Window, d transition, fn func(w *Window) error) error {
	before := w

	if err := fn(&w); err != nil {
		return err
	}

	if err := s.save(ctx, tx, &w, d); err != nil {
		return err
	}

	if w.Series == nil {
		return nil
	}

	if before.waiting() && !w.waiting() {
		if err := s.topUp(ctx, tx, *w.Series, d.actor); err != nil {
			return err
		}
	}

	if d.event != EventEnded && d.event != EventCancelled {
		return nil
	}

	return s.announceNext(ctx, tx, *w.Series)
}

// guard lets a change of the window pass only while the window is what it was.
func (s *Windows) guard(w Window) func(ctx context.Context, tx *sql.Tx, fields []string) error {
	return func(ctx context.Context, tx *sql.Tx, _ []string) error {
		done, err := tx.ExecContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE id = $1 AND revision = $2`,
			w.ID, w.Revision)
		if err != nil {
			return err
		}

		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errStale)
		}

		return nil
	}
}

func object(id int64) string { return fmt.Sprintf("maintenance/windows/%d", id) }
