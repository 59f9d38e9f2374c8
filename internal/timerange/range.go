package timerange

import (
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// The parameters of an address that have a range.
const (
	FromParam = "from"
	ToParam   = "to"
)

const (
	// Furthest is how far back a range reaches: samples of hours are kept as long.
	Furthest = 400 * 24 * time.Hour
	// Shortest is the least length of a range: four samples.
	Shortest = time.Minute
)

// Range is from when to when somebody looks.
type Range struct{ From, To Bound }

// Last is the time of that length until now.
func Last(d time.Duration) Range { return Range{From: Ago(d)} }

// Between is from one moment to another, for good.
func Between(from, until time.Time) Range { return Range{From: At(from), To: At(until)} }

// Live reports whether it reaches to the present, whenever that is.
func (r Range) Live() bool { return r.To.IsNow() }

// Times are its ends, in UTC. It ends at now where it would reach beyond, and begins [Furthest] ago
// where it would begin before: as time passes, what it began with may be kept no longer.
func (r Range) Times(now time.Time) (from, until time.Time) {
	from, until = r.From.Time(now), r.To.Time(now)
	if until.After(now) {
		until = now.UTC()
	}

	if first := now.UTC().Add(-Furthest); from.Before(first) {
		from = first
	}

	return from, until
}

// Length is how long it is.
func (r Range) Length(now time.Time) time.Duration {
	from, until := r.Times(now)

	return until.Sub(from)
}

// Fixed is a range that stays where it would move on with the clock and not reach to the present. One that ends
// later than now reaches there.
func (r Range) Fixed(now time.Time) Range {
	if r.Live() {
		return r
	}

	if r.To.Time(now).After(now) {
		return Range{From: r.From}
	}

	from, until := r.Times(now.Truncate(time.Second))

	return Between(from, until)
}

// Notes say which moment is meant by an end that the clocks of the zone skip or repeat, by the name of its parameter.
func Notes(query url.Values, now time.Time, loc *time.Location) map[string]string {
	notes := map[string]string{}

	for _, name := range []string{FromParam, ToParam} {
		if m, err := humantime.ParseMoment(query.Get(name), now, loc); err == nil && m.Note != "" {
			notes[name] = m.Note
		}
	}

	return notes
}

// Values are the parameters of an address.
func (r Range) Values() url.Values {
	return url.Values{FromParam: {r.From.String()}, ToParam: {r.To.String()}}
}

// Parse reads the parameters from and to as [Read] does, of a time of which samples can be kept. Its error is a VALIDATION_FAILED.
func Parse(query url.Values, length time.Duration, now time.Time, loc *time.Location) (Range, error) {
	r, err := Read(query, length, now, loc)
	if err == nil {
		err = ops.Invalid(r.check(now))
	}

	return r, err
}

// Read reads the parameters from and to, in the zone where they name none. What is not there, or empty, is
// now for the end, and for the beginning that long before the end. Its error is a VALIDATION_FAILED.
func Read(query url.Values, length time.Duration, now time.Time, loc *time.Location) (Range, error) {
	var (
		r    Range
		errs []ops.FieldError
	)

	read := func(name string, into *Bound) {
		text := query.Get(name)
		if text == "" {
			return
		}

		bound, err := ParseBound(text, now, loc)
		if err != nil {
			errs = append(errs, wrong(name, err.Error()))
		}

		*into = bound
	}

	read(ToParam, &r.To)

	if r.From = Ago(r.To.ago + length); !r.To.Moves() {
		r.From = At(r.To.at.Add(-length))
	}

	read(FromParam, &r.From)

	return r, ops.Invalid(errs)
}

// check says what is wrong with the range.
func (r Range) check(now time.Time) []ops.FieldError {
	from, until := r.From.Time(now), r.To.Time(now)
	furthest := now.Add(-Furthest)

	switch length := until.Sub(from); {
	// Of a range that stays, what is too old is left out: it was a good one when its address was passed on.
	case from.Before(furthest) && (r.From.Moves() || r.To.Moves() || until.Before(furthest)):
		return []ops.FieldError{wrong(FromParam, "is further back than anything is kept: 400 days")}
	case !from.Before(now):
		return []ops.FieldError{wrong(FromParam, "must be in the past")}
	case length <= 0:
		return []ops.FieldError{wrong(FromParam, "must be before the end")}
	case length < Shortest || r.Length(now) < Shortest:
		return []ops.FieldError{wrong(FromParam, "must be at least a minute before the end")}
	}

	return nil
}

func wrong(name, message string) ops.FieldError {
	return ops.FieldError{Field: "query." + name, Message: message, Type: "datetime"}
}
