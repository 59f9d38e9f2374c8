package platform

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// rangeParam names one of the lengths that a page offers, up to now: range=24h is from=-24h and to=now.
const rangeParam = "range"

// rangeParams are the parameters of a page's time.
func rangeParams() []string { return []string{rangeParam, timerange.FromParam, timerange.ToParam} }

// RangeParams are the parameters of the time of a page with charts.
func RangeParams(more ...string) []string { return append(rangeParams(), more...) }

// rangeOf is from when to when the page is to look: as long as the first of those offered, up to now,
// unless it says. Times without a zone are on the clocks of loc.
func rangeOf(query url.Values, offered []pages.Reach, now time.Time, loc *time.Location) (timerange.Range, error) {
	typed := pages.Reach(query.Get(rangeParam))
	usual := timerange.Last(offered[0].Duration())

	switch own := query.Get(timerange.FromParam) + query.Get(timerange.ToParam); {
	case typed == "":
		r, err := timerange.Parse(query, offered[0].Duration(), now, loc)
		if err != nil {
			return usual, err
		}

		return r, nil
	case own != "":
		return usual, ops.Invalid([]ops.FieldError{{
			Field: "query." + rangeParam, Message: "cannot stand beside from and to: leave one of them out", Type: "enum",
		}})
	case slices.Contains(offered, typed):
		return timerange.Last(typed.Duration()), nil
	default:
		return usual, ops.Invalid([]ops.FieldError{{
			Field: "query." + rangeParam, Message: "must be one of " + strings.Join(web.Strings(offered), ", "), Type: "enum",
		}})
	}
}

// rangeValues are the parameters of a time, nothing for that which the page shows anyway.
func rangeValues(r timerange.Range, offered []pages.Reach) url.Values {
	if r == timerange.Last(offered[0].Duration()) {
		return url.Values{}
	}

	return r.Values()
}

// liveRange is the time of a view that follows the monitor, under the one name that it has: what is over is none.
func liveRange(query url.Values, offered []pages.Reach, now time.Time) (timerange.Range, error) {
	r, err := rangeOf(query, offered, now, time.UTC)
	if err != nil {
		return r, err
	}

	from := query.Get(timerange.FromParam)
	if !r.Live() || from != "" && from != r.From.String() {
		return r, ops.NotFound("live time", ops.Clip(from))
	}

	return r, nil
}

// look is the time that a page shows.
type look struct {
	timerange.Range

	bar    pages.TimeBar
	status int
}

// look reads the time of a page from its address. On a page, what is wrong with it stands beside its
// fields, and the time is the usual one. led says that the browser was sent to the address of
// the same time that means so to everybody, for good.
func (h *Handlers) look(p *web.Page, path string, offered []pages.Reach, rest url.Values) (l look, led bool, err error) {
	query := p.QueryParams()
	bar := pages.TimeBar{Path: path, Rest: rest, Now: p.Now, Errors: map[string]string{}}

	if p.WantsJSON() {
		l.Range, err = rangeOf(query, offered, p.Now, time.UTC)

		return l, false, err
	}

	l.Range, err = rangeOf(query, offered, p.Now, p.Location())
	bar.Typed, bar.Zone = map[string]string{}, p.Location().String()

	for name, field := range p.FilterMoments(timerange.FromParam, timerange.ToParam) {
		bar.Typed[name] = field.Text
	}

	for _, wrong := range ops.FieldErrors(err) {
		name := strings.TrimPrefix(wrong.Field, "query.")
		if name == rangeParam {
			return l, false, err
		}

		bar.Errors[name] = web.Sentences(wrong.Message)
		l.status = ops.CodeValidationFailed.HTTPStatus()
	}

	bar.Notes = timerange.Notes(query, p.Now, p.Location())

	typed := query.Get(timerange.FromParam) + query.Get(timerange.ToParam)
	if l.Range = l.Fixed(p.Now); err == nil && typed != "" && len(bar.Notes) == 0 && l.typedOtherwise(query) {
		to := l.Values()
		maps.Copy(to, rest)

		return l, true, p.SeeOther(path + "?" + to.Encode())
	}

	bar.Range = l.Range
	l.bar = bar

	return l, false, nil
}

func (l look) typedOtherwise(query url.Values) bool {
	for name, values := range l.Values() {
		if query.Get(name) != values[0] {
			return true
		}
	}

	return false
}

// events is where the updates of the page come from: what is over has none.
func (l look) events(page string, values url.Values) string {
	if !l.Live() {
		return live.Events("")
	}

	return live.EventsFor(page, values)
}

// reach is the length that a page offers and a range has, "" for any other.
func reach(r timerange.Range) pages.Reach {
	for _, of := range []pages.Reach{pages.LastHour, pages.LastDay, pages.LastWeek, pages.LastMonth} {
		if r == timerange.Last(of.Duration()) {
			return of
		}
	}

	return ""
}
