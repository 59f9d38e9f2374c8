package windows

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// moment reads one of the times of a window: in a form as people write it, on the clocks of the
// zone. In JSON it is a moment, and NAME_local what the clocks are to show; of both, each has to
// mean the other.
func (f fields) moment(name, zone string, now time.Time) (at time.Time, note string) {
	loc, err := calendar.Zone(zone)
	if err != nil { // what it means cannot be told
		f.Text(name)
		f.Text(name + web.ChoiceSuffix)
		f.Text(name + localSuffix)
		f.Refuse("time_zone", "time_zone", err.Error())

		return time.Time{}, ""
	}

	if f.IsForm() {
		m := f.Moment(name, now, loc)

		return m.At, m.Note
	}

	at = f.Time(name)

	typed := f.Text(name + localSuffix)
	if typed == "" {
		return at, ""
	}

	wall, err := time.Parse(calendar.WallLayout, typed)
	if err != nil {
		wall, err = time.Parse("2006-01-02T15:04", typed)
	}

	switch r := humantime.Resolve(wall, loc); {
	case err != nil || wall.Sub(at).Abs() > mostApart && !at.IsZero():
		f.Refuse(name+localSuffix, "datetime", "must be a date and time as clocks show it, without an offset, such as 2026-03-01T14:00")

		return time.Time{}, ""
	case at.IsZero():
		return r.At, r.Note()
	default:
		return maintenance.WithWall(at, wall), ""
	}
}

const (
	// localSuffix ends the names of what clocks are to show.
	localSuffix = "_local"
	// mostApart is how far a moment can be from what any clock shows then.
	mostApart = 24 * time.Hour
)

// withNotes says of clocks that skip or repeat a time beside what is wrong with it: they may be why.
func withNotes(cause error, notes []string) error {
	errs := ops.FieldErrors(cause)
	for i, f := range errs {
		if f.Type == "range" && strings.HasSuffix(f.Field, "s_at") && len(notes) > 0 {
			errs[i].Message = web.Sentences(append([]string{f.Message}, notes...)...)
		}
	}

	return cause
}

// pin replaces the times that were typed by the moments that were understood: "in 3 h" means
// another one by the time that the next button is pressed.
func pin(typed url.Values, w maintenance.Window) {
	for name, at := range map[string]time.Time{"starts_at": w.StartsAt, "ends_at": w.EndsAt} {
		if typed.Get(name) != "" {
			typed.Set(name, humantime.Format(at, w.Location()))
		}

		typed.Del(name + web.ChoiceSuffix)
	}
}

// momentInput is the field of one of the times.
func momentInput(name, typed, chosen, zone string, now time.Time, cause error) components.MomentInput {
	in := components.MomentInput{Text: typed, Zone: zone, ZoneField: "time_zone"}

	loc, err := calendar.Zone(zone)
	if err != nil {
		return in
	}

	in.Understand(now, loc, chosen)

	if e := ops.AsError(cause); e != nil {
		all, _ := e.Details["readings"].(interface {
			Of(field string) (maintenance.Readings, bool)
		})
		if all == nil {
			return in
		}

		if r, asked := all.Of(name); asked {
			choice := func(at time.Time) humantime.Choice {
				return humantime.Choice{At: at, Text: humantime.Format(at, loc), Label: humantime.Say(at, loc)}
			}

			in.Offer(chosen, choice(r.Clock.At), choice(r.Moment.At))
		}
	}

	return in
}
