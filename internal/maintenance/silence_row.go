package maintenance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const silenceTable = "opsconsole_window_silences"

// silenceRow is what is known of the silence of a window that has begun.
type silenceRow struct {
	id  int64 // the window's
	ids []string
	// current is the id of the one that was active last, "" when none was.
	current                               string
	activeSince, endsAt, byHandAt, goneAt *time.Time
	problem                               string
	skewSeconds                           int64
	// lookUntil is until when it is looked whether one comes back, and before the end how long one may
	// last at the most; doneAt is when that was over.
	lookUntil, doneAt *time.Time
	tries             int
	nextTryAt         time.Time
}

func (r *silenceRow) columns() store.Columns {
	return store.Columns{
		{Name: "id", Value: &r.id},
		{Name: "ids_json", Value: store.JSON(&r.ids)},
		{Name: "current", Value: &r.current},
		{Name: "active_since", Value: store.NullTime(&r.activeSince)},
		{Name: "ends_at", Value: store.NullTime(&r.endsAt)},
		{Name: "by_hand_at", Value: store.NullTime(&r.byHandAt)},
		{Name: "gone_at", Value: store.NullTime(&r.goneAt)},
		{Name: "problem", Value: &r.problem},
		{Name: "skew_seconds", Value: &r.skewSeconds},
		{Name: "look_until", Value: store.NullTime(&r.lookUntil)},
		{Name: "done_at", Value: store.NullTime(&r.doneAt)},
		{Name: "tries", Value: &r.tries},
		{Name: "next_try_at", Value: store.ZeroTime(&r.nextTryAt)},
	}
}

func (s *Windows) silenceRows(ctx context.Context, q store.Querier, clause string, args ...any) ([]silenceRow, error) {
	rows, err := store.Select(ctx, q, silenceTable, (*silenceRow).columns, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}

	return rows, nil
}

// addSilences adds what became of their silences to windows.
func (s *Windows) addSilences(ctx context.Context, q store.Querier, windows []Window) error {
	var (
		marks []string
		args  []any
	)

	for _, w := range windows {
		if len(w.AlertMatchers) > 0 && w.StartedAt != nil {
			args = append(args, w.ID)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
	}

	if len(args) == 0 {
		return nil
	}

	rows, err := s.silenceRows(ctx, q, `WHERE id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return err
	}

	for i, w := range windows {
		row, known := silenceRow{}, false

		for _, r := range rows {
			if r.id == w.ID {
				row, known = r, true
			}
		}

		if known || w.silencing() {
			windows[i].Silence = s.silenceOf(w, row)
		}
	}

	return nil
}

// silenceOf is what is told of a silence.
func (s *Windows) silenceOf(w Window, r silenceRow) *Silence {
	out := &Silence{
		IDs: append([]string{}, r.ids...), ActiveSince: r.activeSince, EndsAt: r.endsAt, EndedByHandAt: r.byHandAt, GoneAt: r.goneAt,
		Problem: r.problem, ClockSkewSeconds: r.skewSeconds,
	}

	switch {
	case r.goneAt != nil:
		out.State = SilenceGone
	case !w.silencing():
		out.State = SilenceEnding
	case r.byHandAt != nil:
		out.State = SilenceEndedByHand
	case r.activeSince != nil:
		out.State = SilenceActive
	default:
		out.State = SilenceStarting
	}

	if s.Alerts.Silencer == nil && r.doneAt == nil {
		out.Problem = "No Alertmanager is configured now (--alertmanager-url), so the silence is left as it is."
	}

	return out
}
