package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// silenceLook is how often Alertmanager is asked whether the silence is there: it may lose it.
	silenceLook = 5 * time.Second
	// silencePatience bounds one look with what it leads to; it is shorter than the claim, so that
	// two processes are never at it at once.
	silencePatience = 15 * time.Second
	silenceClaim    = 20 * time.Second
	silencePause    = 30 * time.Second

	// silenceLead is when a silence that is about to end is prolonged, by silenceHold: a window
	// that overruns stays silent, and should this console be gone, the alerts are back soon.
	silenceLead = time.Minute
	silenceHold = 5 * time.Minute

	// A silence can come back after it was ended, with a request that was under way, or with what
	// Alertmanager had on disk when it was killed. It is looked for until it would have ended
	// by itself, but no longer than afterMost.
	afterLook  = 30 * time.Second
	afterLeast = time.Minute
	afterMost  = 24 * time.Hour
)

func retrySilence() retry.Policy {
	return retry.Policy{First: silenceLook, Max: silencePause, ClaimFor: silenceClaim}
}

// KeepSilences has the alerts of the windows that run silenced, and those of windows that are
// over not. It is to be called every few seconds and when a window has begun or ended, by every process, and is in nobody's
// way: what fails stands in the window and is tried again.
func (s *Windows) KeepSilences(ctx context.Context) error {
	if s.Alerts.Silencer == nil {
		return nil
	}

	if err := s.beginSilences(ctx); err != nil {
		return err
	}

	shared, err := s.shared(ctx, s.DB.Read())
	if err != nil {
		return err
	}

	due, args := retrySilence().Due(shared, 1)

	// One that runs does not wait for those that are only looked for.
	rows, err := s.silenceRows(ctx, s.DB.Read(),
		fmt.Sprintf(`WHERE done_at IS NULL AND %s ORDER BY gone_at IS NOT NULL, id DESC LIMIT %d`, due, maxDue), args...)
	if err != nil {
		return err
	}

	var errs []error

	for _, row := range rows {
		if err := s.keepSilence(ctx, row.id); err != nil {
			errs = append(errs, fmt.Errorf("the silence of window %d: %w", row.id, err))
		}
	}

	return errors.Join(errs...)
}

// beginSilences writes the rows of windows that have begun.
func (s *Windows) beginSilences(ctx context.Context) error {
	windows, err := s.query(ctx, s.DB.Read(), `WHERE `+openPhases+` AND started_at IS NOT NULL AND alert_matchers_json IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM opsconsole_window_silences s WHERE s.id = opsconsole_windows.id) ORDER BY id`)
	if err != nil {
		return err
	}

	for _, w := range windows {
		if !w.silencing() {
			continue
		}

		_, err := s.DB.Write().ExecContext(ctx, `
			INSERT INTO opsconsole_window_silences (id, ids_json, current, problem, skew_seconds, tries)
			VALUES ($1, '[]', '', '', 0, 0) ON CONFLICT (id) DO NOTHING`, w.ID)
		if err != nil {
			return fmt.Errorf("begin the silence of window %d: %w", w.ID, err)
		}
	}

	return nil
}

// keepSilence claims the row of a silence, has Alertmanager as it should be, and writes down
// what came of it.
func (s *Windows) keepSilence(ctx context.Context, id int64) error {
	w, before, order, err := s.claimSilence(ctx, id)
	if err != nil || before == nil {
		return err
	}

	failpoint.Reach(failpoint.SilenceClaimed)

	asked, cancel := context.WithTimeout(ctx, silencePatience)
	defer cancel()

	var (
		result alertmanager.Result
		failed error
	)

	if w.silencing() {
		result, failed = s.Alerts.Silencer.Keep(asked, order)
	} else {
		result, failed = s.Alerts.Silencer.End(asked, w.mark(), before.ids)
	}

	if ctx.Err() != nil { // this console stops; what was done is found by its mark
		return nil
	}

	failpoint.Reach(failpoint.SilenceKept)

	after, pause := before.after(w, result, failed, s.now())
	err = s.settleSilence(context.WithoutCancel(ctx), w, *before, after, result, pause)

	failpoint.Reach(failpoint.SilenceSettled)

	return err
}

// claimSilence claims the row of a silence for one look; before is nil when it is somebody else's. The
// window is read under the claim: whoever ends the silence of a window that is over comes after
// whoever was keeping it. Until when the silence may last is written first: should it come to light
// after its end, however much of it was lost, it is still looked for.
func (s *Windows) claimSilence(ctx context.Context, id int64) (w Window, before *silenceRow, order alertmanager.Order, err error) {
	row := retry.Row{Table: silenceTable, Condition: "id = $1 AND done_at IS NULL", Args: []any{id}}

	err = s.DB.Tx(ctx, func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		claimed, err := retrySilence().Claim(ctx, tx, row, now)
		if err != nil || !claimed {
			return err
		}

		rows, err := s.silenceRows(ctx, tx, `WHERE id = $1`, id)
		if err != nil {
			return err
		}

		if w, err = s.one(ctx, tx, id); err != nil {
			return err
		}

		before = &rows[0]
		order = s.order(w, *before)

		if !w.silencing() || before.lookUntil != nil && !before.lookUntil.Before(order.Until) {
			return nil
		}

		before.lookUntil = &order.Until

		_, err = store.Columns{{Name: "look_until", Value: store.NullTime(&before.lookUntil)}}.Update(ctx, tx, silenceTable, "id = $1", id)

		return err
	})
	if err != nil {
		return Window{}, nil, alertmanager.Order{}, err
	}

	return w, before, order, nil
}

// order is the silence that a window wants.
func (s *Windows) order(w Window, r silenceRow) alertmanager.Order {
	title := strings.ReplaceAll(w.Title, markPrefix, "("+markPrefix[1:]) // one that was copied from another silence is no mark

	comment := fmt.Sprintf("Maintenance window %d: %s.", w.ID, title)
	if s.Alerts.Environment != "" {
		comment = fmt.Sprintf("Maintenance window %d of %s: %s.", w.ID, s.Alerts.Environment, title)
	}

	if s.Alerts.PublicURL != nil {
		comment += " " + s.Alerts.PublicURL.JoinPath(object(w.ID)).String()
	}

	return alertmanager.Order{
		Mark: w.mark(), Comment: comment, Matchers: w.matchers(), IDs: r.ids, Current: r.current,
		Least: later(w.EndsAt, s.now().Add(silenceLead)), Until: later(w.EndsAt, s.now().Add(silenceHold)),
	}
}

// mark is what the silences of the window are found by; no other window ever has it.
func (w Window) mark() string { return markPrefix + w.UID + "]" }

const markPrefix = "[opsconsole:"

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

// settleSilence writes down what came of a look, unless somebody else has looked meanwhile, and looks again after the pause.
func (s *Windows) settleSilence(
	ctx context.Context, w Window, before, after silenceRow, result alertmanager.Result, pause time.Duration,
) error {
	write := func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		after.nextTryAt = now.Add(pause)

		rows, err := after.columns().Update(ctx, tx, silenceTable, "id = $1 AND next_try_at = $2",
			before.id, store.Time{Time: before.nextTryAt})
		if err != nil || rows == 0 {
			return err
		}

		for _, n := range after.news(before, w, result) {
			_, err := s.Audit.Append(ctx, tx, changes.Scheduled(w.ActsFor), audit.Entry{
				Action: audit.WindowSilence, Object: object(w.ID), Outcome: n.outcome, Reason: w.Reason, Message: n.message,
			})
			if err != nil {
				return err
			}
		}

		return nil
	}

	if after.failsAnew(before) {
		s.Logger.WarnContext(ctx, "alerts are not silenced as they should be", "window", w.ID, "problem", after.problem)
	}

	if reflect.DeepEqual(s.silenceOf(w, before), s.silenceOf(w, after)) {
		return s.DB.Tx(ctx, write)
	}

	return s.write(ctx, write) // pages show it
}
