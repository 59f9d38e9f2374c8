// Package incident shows what happened in a time, in order.
package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	pages "github.com/graph-olap/opsconsole/templates/incident"
)

// Handlers answers the page.
type Handlers struct {
	web.Frame

	Sources incident.Sources
	// Tickets become links in reasons.
	Tickets format.Tickets
}

// Params are the names that its address may have.
func Params() []string { return []string{timerange.FromParam, timerange.ToParam, kindParam} }

const kindParam = "kind"

// shown is how long a time is shown to whoever asks for none.
const shown = 6 * time.Hour

// Show shows what happened from one moment to another.
func (h *Handlers) Show(p *web.Page) error {
	if led, err := p.FixTimes(timerange.FromParam, timerange.ToParam); led {
		return err
	}

	q := p.Query()
	kinds := kindsOf(p, q)
	from, to, ahead := span(p, q)

	view := pages.Page{
		From: from, To: to, Ahead: ahead, Kinds: kinds, Items: []pages.Item{}, Start: []monitor.StatusSpan{},
		Gaps:    gaps(from, p.Now, kinds),
		Filter:  pages.Filter{Moments: p.FilterMoments(timerange.FromParam, timerange.ToParam), Kinds: kinds, Errors: q.Errors},
		Tickets: h.Tickets, Now: p.Now,
	}

	status, err := q.Refused()
	if err != nil {
		return err
	}

	if status == 0 {
		if err := h.gather(p, &view); err != nil {
			return err
		}
	}

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.IncidentPage(h.Shell(p, "incident", "Incident"), view), Kept: true})
}

// span is the time that is asked for: what is to come is cut off, and ahead says that it was.
func span(p *web.Page, q *web.Query) (from, to time.Time, ahead bool) {
	loc := time.UTC
	if !p.WantsJSON() {
		loc = p.Location()
	}

	r, err := timerange.Read(p.QueryParams(), shown, p.Now, loc)
	for _, wrong := range ops.FieldErrors(err) {
		q.Errors[strings.TrimPrefix(wrong.Field, "query.")] = web.Sentences(wrong.Message)
	}

	from, to = r.From.Time(p.Now), r.To.Time(p.Now)
	if to.After(p.Now) {
		to, ahead = p.Now.UTC(), true
	}

	switch {
	case len(q.Errors) > 0:
	case ahead && !from.Before(to):
		q.Errors[timerange.FromParam] = "Must be in the past: nothing is recorded of the future."
	case !from.Before(to):
		q.Errors[timerange.FromParam] = "Must be before the end."
	}

	return from, to, ahead
}

func (h *Handlers) gather(p *web.Page, view *pages.Page) error {
	found, err := h.Sources.Gather(p.Ctx(), incident.Filter{From: view.From, Until: view.To, Kinds: view.Kinds})
	if err != nil {
		return err
	}

	for _, i := range found.Items {
		view.Items = append(view.Items, pages.Item{Item: i, Title: pages.Say(i).Title})
	}

	if !found.Next.IsZero() {
		view.Next = &found.Next
	}

	start, err := h.Sources.Monitor.StatusesAt(p.Ctx(), view.From)
	view.Start = web.List(start)

	return err
}

// kindsOf are those that were asked for, in their order.
func kindsOf(p *web.Page, q *web.Query) []incident.Kind {
	wanted := p.QueryParams()[kindParam]

	known := web.Strings(incident.Kinds())
	if slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(known, name) }) {
		q.Errors[kindParam] = "Must be one of " + strings.Join(known, ", ") + "."
	}

	return slices.DeleteFunc(incident.Kinds(), func(kind incident.Kind) bool { return !slices.Contains(wanted, string(kind)) })
}

// gaps are what is not kept for as long ago as that.
func gaps(from, now time.Time, kinds []incident.Kind) []pages.Gap {
	out := []pages.Gap{}

	for _, kept := range []struct {
		kind incident.Kind
		time time.Duration
		text string
	}{
		{incident.State, monitor.AnswersKept, "Statuses of components are kept for 91 days."},
		{incident.Failure, runs.FailuresKept, "Failed jobs are kept for 30 days."},
		{incident.Capacity, timerange.Furthest, "How full the cluster was is kept for 400 days."},
		{incident.Export, timerange.Furthest, "How many exports had failed is kept for 400 days."},
	} {
		before := now.Add(-kept.time)
		if from.Before(before) && (len(kinds) == 0 || slices.Contains(kinds, kept.kind)) {
			out = append(out, pages.Gap{Kind: kept.kind, Before: before, Text: kept.text})
		}
	}

	return out
}
