// Package asof answers pages as they were at a moment, of what was recorded then. It only reads.
package asof

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/asof"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Param is the moment in an address.
const Param = "at"

// Handlers answers them.
type Handlers struct {
	web.Frame

	Monitor *monitor.Monitor
	Changes *changes.Changes
	Runs    runs.Runs
	Sources incident.Sources
	// Tickets become links in reasons.
	Tickets format.Tickets
}

// part fills what a page has of a view.
type part func(ctx context.Context, v *pages.View) error

// Overview is the overview as it was, where its address has a moment, and else what now answers.
func (h *Handlers) Overview(now func(p *web.Page) error) func(p *web.Page) error {
	return h.or(now, "overview", "Overview", h.components, h.capacity, h.exports, h.jobs)
}

// Health is as [Handlers.Overview].
func (h *Handlers) Health(now func(p *web.Page) error) func(p *web.Page) error {
	return h.or(now, "health", "Health", h.components)
}

// Capacity is as [Handlers.Overview].
func (h *Handlers) Capacity(now func(p *web.Page) error) func(p *web.Page) error {
	return h.or(now, "capacity", "Capacity", h.capacity)
}

// Jobs is as [Handlers.Overview].
func (h *Handlers) Jobs(now func(p *web.Page) error) func(p *web.Page) error {
	return h.or(now, "jobs", "Jobs", h.jobs)
}

// Exports is as [Handlers.Overview].
func (h *Handlers) Exports(now func(p *web.Page) error) func(p *web.Page) error {
	return h.or(now, "exports", "Exports", h.exports)
}

// Section is as [Handlers.Overview]. In the address of a form, beside other fields, the moment is when a change is to be
// made, and so it is where it is to come, or cannot be read.
func (h *Handlers) Section(now func(p *web.Page) error) func(p *web.Page) error {
	return func(p *web.Page) error {
		section, err := ops.SectionOf(ops.SectionName(p.Param("section")))
		if at := p.Query().Time(Param); err != nil || len(p.QueryParams()) != 1 || at.IsZero() || !at.Before(p.Now) {
			return now(p)
		}

		return h.or(now, string(section.Name), section.Title, func(ctx context.Context, v *pages.View) error {
			held, err := h.Changes.At(ctx, section.Name, v.At)
			v.Section = &pages.Section{
				Name: section.Name, Values: held.Values, By: held.By, Next: held.Next, Unsure: held.Unsure, Late: held.Late,
				Open:   held.Open,
				Fields: section.Fields,
			}

			return err
		})(p)
	}
}

func (h *Handlers) or(now func(p *web.Page) error, id, title string, parts ...part) func(p *web.Page) error {
	return func(p *web.Page) error {
		if p.QueryParam(Param) == "" {
			return now(p)
		}

		return h.show(p, id, title, parts)
	}
}

func (h *Handlers) show(p *web.Page, id, title string, parts []part) error {
	if led, err := p.FixTimes(Param); led {
		return err
	}

	q := p.Query()

	v := pages.View{
		At: q.Time(Param).UTC(), Path: p.Request().URL.Path, Title: title, Events: []incident.Item{}, Tickets: h.Tickets, Now: p.Now,
	}
	if len(q.Errors) == 0 && v.At.After(p.Now) {
		q.Errors[Param] = "Lies in the future: nothing is recorded of it yet. Choose a moment that has passed."
	}

	if err := q.Err(); err != nil {
		return err
	}

	v.Note = p.FilterMoments(Param)[Param].Note

	for _, fill := range append(parts, h.events) {
		if err := fill(p.Ctx(), &v); err != nil {
			return err
		}
	}

	shell := h.Shell(p, id, title+" as it was")
	shell.Events = "" // What was does not change.
	// These are of now; the navigation goes on to say what is waiting.
	shell.Banner, shell.Temporary = nil, nil
	if shell.Approvals != nil {
		shell.Approvals.Broken = nil
	}

	return p.Answer(web.Answer{Data: v, Full: pages.AsOfPage(shell, v), Kept: true})
}

// eventsMost is how much is marked of what happened around a moment.
const eventsMost = 300

// reaches are how long before and after a moment the scrubber goes, the first of which it can show all that happened.
func reaches() []time.Duration {
	return []time.Duration{12 * time.Hour, 3 * time.Hour, 45 * time.Minute, 10 * time.Minute}
}

func (h *Handlers) events(ctx context.Context, v *pages.View) error {
	for _, v.Around = range reaches() {
		found, err := h.Sources.Gather(ctx, incident.Filter{
			From: v.At.Add(-v.Around), Until: v.At.Add(v.Around), Limit: eventsMost, Kinds: pages.Marked(),
		})
		if err != nil {
			return err
		}

		v.Events, v.Cut = web.List(found.Items), !found.Next.IsZero()
		if !v.Cut {
			return nil
		}
	}

	return nil
}

func (h *Handlers) components(ctx context.Context, v *pages.View) error {
	seen, err := h.Monitor.StatusesAt(ctx, v.At)
	if err != nil {
		return err
	}

	names := make([]string, len(seen))
	for i, s := range seen {
		names[i] = s.Component
	}

	latencies, err := h.Monitor.LatenciesAt(ctx, names, v.At)
	if err != nil {
		return err
	}

	all := []pages.Component{}

	for _, s := range seen {
		component := pages.Component{StatusSpan: s}
		if latency, ok := latencies[s.Component]; ok {
			component.LatencyMS = &latency
		}

		all = append(all, component)
	}

	v.Components = &all

	return nil
}

func (h *Handlers) capacity(ctx context.Context, v *pages.View) error {
	used, total, err := h.Monitor.CapacityAt(ctx, v.At)
	if err != nil {
		return err
	}

	// What was changed is known to the second, samples in spans.
	held, err := h.Changes.At(ctx, ops.SectionConcurrency, v.At)
	v.Capacity = &pages.Capacity{Used: used, Total: total, SetBy: held.By, Doubtful: held.Unsure || held.Late || held.Open != nil}

	if held.By != nil {
		v.Capacity.Limit = new(held.Values.Int("cluster_total"))
	}

	return err
}

func (h *Handlers) exports(ctx context.Context, v *pages.View) error {
	counted, err := h.Monitor.ExportsAt(ctx, v.At)
	v.Exports = &counted

	return err
}

func (h *Handlers) jobs(ctx context.Context, v *pages.View) error {
	all := []pages.Job{}

	for _, job := range ops.Jobs() {
		last, ok, err := h.Runs.Before(ctx, job.Name, v.At)
		if err != nil {
			return err
		}

		shown := pages.Job{Name: job.Name}
		if ok {
			shown.Last = &last
		}

		all = append(all, shown)
	}

	v.Jobs = &all

	return nil
}
