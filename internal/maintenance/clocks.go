package maintenance

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// Clocks are the times of a window as the clocks in its zone show them. That is what was
// announced: when the rules of the zone change, it stays, and the moments move.
type Clocks struct {
	// StartsAtLocal and EndsAtLocal are in [calendar.WallLayout].
	StartsAtLocal string `json:"starts_at_local"`
	EndsAtLocal   string `json:"ends_at_local"`
	// ZoneRules is the release of the zones' rules by which they are the window's moments, "" where
	// that was not kept.
	ZoneRules string `json:"zone_rules"`
	// RulesMove is where the window stood before newer rules moved it, nil when none did or somebody
	// has decided it.
	RulesMove *RulesMove `json:"rules_move"`

	// starts and ends are the times with offset and zone: RFC 9557. They are nil, or another
	// moment's, where a version wrote the window that did not keep them.
	starts, ends, release *string
}

// clockColumns are those of the table.
func (c *Clocks) clockColumns() store.Columns {
	return store.Columns{
		{Name: "starts_local", Value: &c.starts},
		{Name: "ends_local", Value: &c.ends},
		{Name: "zone_release", Value: &c.release},
		{Name: "rules_move_json", Value: store.JSON(&c.RulesMove)},
	}
}

// stamp writes a moment as the clocks of a zone show it, with its offset and the zone.
func stamp(at time.Time, loc *time.Location, zone string) string {
	return at.In(loc).Format(time.RFC3339Nano) + "[" + zone + "]"
}

// local reads a stamp of a moment in a zone; ok is false of any other.
func local(stamped *string, at time.Time, zone string) (clock time.Time, ok bool) {
	if stamped == nil {
		return time.Time{}, false
	}

	text, of, _ := strings.Cut(*stamped, "[")
	clock, err := time.Parse(time.RFC3339, text)

	return clock, err == nil && clock.Equal(at) && of == zone+"]"
}

// clocks are start and end on the clocks that they were announced on; ok is false where that
// was not kept.
func (w *Window) clocks() (starts, ends time.Time, ok bool) {
	starts, startOK := local(w.starts, w.StartsAt, w.TimeZone)
	ends, endOK := local(w.ends, w.EndsAt, w.TimeZone)

	return starts, ends, startOK && endOK && w.release != nil
}

// keepClocks keeps what the clocks show at the window's moments by the rules of the database.
func (w *Window) keepClocks(zones *zoneinfo.Database) {
	loc, err := zones.Location(w.TimeZone)
	if err != nil {
		return // a database that has not heard of the zone says nothing of it
	}

	starts, ends := stamp(w.StartsAt, loc, w.TimeZone), stamp(w.EndsAt, loc, w.TimeZone)
	w.starts, w.ends, w.release = &starts, &ends, &zones.Release
}

// showClocks says what the clocks show.
func (w *Window) showClocks() {
	starts, ends, kept := w.clocks()

	if w.ZoneRules = ""; kept {
		w.ZoneRules = *w.release
	} else {
		starts, ends = w.StartsAt.In(w.Location()), w.EndsAt.In(w.Location())
	}

	w.StartsAtLocal, w.EndsAtLocal = starts.Format(calendar.WallLayout), ends.Format(calendar.WallLayout)

	// Whoever has moved the window since has decided.
	if m := w.RulesMove; m != nil && (!w.waiting() || !m.NowStartsAt.Equal(w.StartsAt) || !m.NowEndsAt.Equal(w.EndsAt)) {
		w.RulesMove = nil
	}
}

// reread is the moment at which the clocks of a zone show the same by other rules. Of a time
// that comes twice it is the one with the same offset, if there is one.
func reread(clock time.Time, loc *time.Location) time.Time {
	_, ahead := clock.Zone()
	r := humantime.Resolve(time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), clock.Second(),
		clock.Nanosecond(), time.UTC), loc)

	if _, second := r.Second.In(loc).Zone(); r.Kind == humantime.Twice && second == ahead {
		return r.Second
	}

	return r.At
}
