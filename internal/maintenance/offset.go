package maintenance

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// Readings are what a time may mean that came with an offset which is not that of the window's
// zone then: rules of another release wrote it, or somebody else's clock did.
type Readings struct {
	Given string `json:"given"`
	// Clock takes what the clocks are to show for what was meant, Moment the moment.
	Clock  Reading `json:"clock"`
	Moment Reading `json:"moment"`
}

// Reading is a moment and what the clocks in the window's zone show then.
type Reading struct {
	Local string    `json:"local"`
	At    time.Time `json:"at"`
}

// wallName is the zone of a time whose offset follows from what clocks show, also where it is 0.
const wallName = "wall"

// WithWall is a moment at which clocks are said to show a local time, which is given in UTC.
func WithWall(at, wall time.Time) time.Time {
	return at.In(time.FixedZone(wallName, int(wall.Sub(at)/time.Second)))
}

// mismatchType marks a field whose offset is not the zone's.
const mismatchType = "time_zone_mismatch"

// asks is what has to be asked about times, by field.
type asks map[string]Readings

// Of is what has to be asked about a field.
func (a asks) Of(field string) (r Readings, asked bool) {
	r, asked = a[field]

	return r, asked
}

// offset asks which reading of a time is meant. A time in UTC is a moment and needs no question,
// nor does one without a zone.
func (a asks) offset(wrong *fieldErrors, field string, at time.Time, zoneName string) {
	loc, err := calendar.Zone(zoneName)
	name, given := at.Zone()

	if err != nil || zoneName == "" || at.IsZero() || given == 0 && name != wallName {
		return
	}

	if _, zones := at.In(loc).Zone(); given == zones {
		return
	}

	reading := func(at time.Time) Reading {
		return Reading{Local: at.In(loc).Format(calendar.WallLayout), At: at.UTC()}
	}
	clock := humantime.Resolve(humantime.Wall(at, at.Location()), loc).At
	a[field] = Readings{Given: at.Format("2006-01-02T15:04:05-07:00"), Clock: reading(clock), Moment: reading(at)}

	wrong.addf(field, mismatchType,
		"has the offset %s, but the clocks of %s have another at that time. It is %s, or %s. Say which is meant.",
		at.Format("-07:00"), loc, humantime.Say(clock, loc), humantime.Say(at, loc))
}

// invalid is the error of what is wrong: TIME_ZONE_MISMATCH with details {readings}, by field,
// where that is all that is.
func (a asks) invalid(wrong fieldErrors) error {
	err := ops.Invalid(wrong)

	for _, f := range wrong {
		if f.Type != mismatchType {
			return err
		}
	}

	if len(wrong) == 0 {
		return nil
	}

	return &ops.Error{
		Code: ops.CodeTimeZoneMismatch, Message: "A time has an offset that is not its zone's: say which is meant",
		Details: map[string]any{"errors": []ops.FieldError(wrong), "readings": a},
	}
}
