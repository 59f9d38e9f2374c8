package maintenance

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// checkEdit checks what the edit makes of the window; reason and confirm are left to others.
func (s *Windows) checkEdit(ctx context.Context, w Window, edit Edit) (c checked, wrong fieldErrors, err error) {
	draft := edit.draft(w)

	if edit.following() {
		if draft, err = s.keepSeries(ctx, w, edit, draft); err != nil {
			return checked{}, nil, err
		}
	}

	c, wrong, err = s.check(ctx, draft)

	if edit.StartsAt == nil { // what has passed was not chosen now
		wrong = slices.DeleteFunc(wrong, func(f ops.FieldError) bool { return f.Field == "body.starts_at" && f.Type == "range" })
	}

	if edit.AlertMatchers == nil { // nor was it now that they were chosen
		wrong = slices.DeleteFunc(wrong, func(f ops.FieldError) bool { return f.Type == noAlertmanager })
	}

	if len(wrong) == 0 && !edit.following() && c.Recurrence == "" && unchanged(w, c) {
		wrong = fieldErrors{{Field: "body", Message: "Nothing would change: the window is already like that.", Type: "no_change"}}
	}

	return c, wrong, err
}

// keepSeries leaves in the draft of a window what the edit leaves as it is in its series: how long its
// windows are, and the rule, which counts from the window's date unless that is moved now.
func (s *Windows) keepSeries(ctx context.Context, w Window, edit Edit, draft Draft) (Draft, error) {
	one, err := s.seriesOf(ctx, s.DB.Read(), *w.Series)
	if err != nil {
		return draft, err
	}

	length := one.Length()
	if edit.EndsAt != nil {
		length = draft.EndsAt.Sub(draft.StartsAt)
	}

	if edit.Recurrence == nil {
		rule, err := one.Remaining(w.wall)
		if err != nil {
			return draft, err
		}

		if draft.Recurrence = rule.String(); edit.StartsAt == nil {
			wall, err := time.Parse(calendar.WallLayout, w.wall)
			if err != nil {
				return draft, fmt.Errorf("the date of window %d: %w", w.ID, err)
			}

			draft.StartsAt, _ = calendar.Resolve(wall, calendar.Location(draft.TimeZone))
		}
	}

	draft.EndsAt = draft.StartsAt.Add(length)

	return draft, nil
}

func unchanged(w Window, c checked) bool {
	return reflect.DeepEqual(w.Plan, c.Plan) && w.StartsAt.Equal(c.StartsAt) && w.EndsAt.Equal(c.EndsAt) &&
		w.TimeZone == c.TimeZone && w.stored == Announced
}
