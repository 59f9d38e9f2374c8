package handlers

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/platform"
	"github.com/graph-olap/opsconsole/handlers/settings"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// frame surrounds the pages: where the user is, who they are, and what everybody must know.
type frame struct {
	Config

	memory *memory
}

// Shell surrounds the page; id is its entry in the navigation.
func (f *frame) Shell(p *web.Page, id, title string) shell.Shell {
	// Every page hears of banners and temporary changes; whoever is turned away, of nothing.
	events := ""
	if p.Who.IsOps() {
		events = live.Events("")
	}

	surround := shell.Shell{
		Events: events,
		Page:   id, Title: title, Path: p.Request().URL.RequestURI(),
		Environment: f.Environment,
		RefusedZone: p.RefusedZone(),
		Typed:       !p.IsRead(),
		ZoneRelease: zoneinfo.Current().Release,
		Now:         p.Now,
		Fresh:       f.freshness(p.Now),
		Trouble:     f.trouble(),
		Approvals:   f.approvals(),
		Version:     f.Version,
	}

	if p.WantsJSON() { // which nothing surrounds
		return surround
	}

	open := f.openWindows(p.Ctx())
	surround.Banner, surround.Temporary, surround.Notices = f.banner(p.Ctx(), open, p.Now), f.temporary(p.Ctx(), open), f.notices(p)

	return surround
}

// notices tell what the page before came to.
func (f *frame) notices(p *web.Page) []shell.Notice {
	id, err := strconv.ParseInt(p.QueryParam(settings.ChangedParam), 10, 64)
	if err != nil || p.Who.Username == "" || f.Database.Err() != nil {
		return nil
	}

	change, err := f.Changes.Get(p.Ctx(), id)
	if err != nil {
		return nil
	}

	return []shell.Notice{settings.Notice(change)}
}

func (f *frame) freshness(now time.Time) shell.Freshness {
	return platform.Freshness(f.Monitor.Snapshot(), now)
}

// lastRead is when what is known of the platform was read; nil when it never was.
func (f *frame) lastRead(now time.Time) *time.Time { return f.freshness(now).AsOf }

// beat is the sign of life of a stream.
func (f *frame) beat() shell.Beat {
	fresh := f.freshness(f.Now().UTC())

	return shell.Beat{
		Now: fresh.Now, AsOf: fresh.AsOf, Stale: fresh.Stale, StaleReason: fresh.StaleReason,
		Polled:  platform.Polled(f.Monitor.Snapshot()),
		Answers: f.Monitor.Snapshot().ControlPlane.Answers(),
		Every:   int(live.BeatEvery(f.Monitor.Interval()).Seconds()),
	}
}

// regions are what of every page follows the monitor.
func (f *frame) regions() []live.Region {
	regions := []live.Region{{Page: live.Shell, Element: shell.Region, Draw: f.drawShell}}
	if f.Approvals.On() {
		regions = append(regions, live.Region{Page: live.Shell, Element: shell.WaitingRegion, Draw: f.drawWaiting})
	}

	return regions
}

func (f *frame) drawShell(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	open := f.openWindows(ctx)

	return shell.Live(f.trouble(), f.approvals(), f.banner(ctx, open, now), f.temporary(ctx, open), now), nil
}

func (f *frame) drawWaiting(context.Context, *monitor.Snapshot, time.Time) (templ.Component, error) {
	return shell.WaitingCount(f.approvals()), nil
}

// approvals are what every page tells of what needs a second person, from memory; nil where nothing
// does. What waits, or was done without one, stays also where it would not be asked for any more.
func (f *frame) approvals() *shell.Approvals {
	current := f.Approvals.Current()
	if !f.Approvals.On() && current.None() {
		return nil
	}

	out := &shell.Approvals{Waiting: len(current.Waiting)}

	for _, a := range current.Broken {
		out.Broken = append(out.Broken, shell.BrokenGlass{
			Text: a.Said(), By: a.DecidedBy.Username, At: *a.DecidedAt, URL: approvals.Path(a.ID),
		})
	}

	return out
}

// trouble is what the console's own database cannot do, nil when there is nothing to tell.
func (f *frame) trouble() *shell.Trouble {
	condition := f.Database.Condition()
	if condition.Error == nil {
		return nil
	}

	return &shell.Trouble{
		Text: *condition.Error, Meaning: condition.Meaning, Since: condition.Since,
		ReadAt: f.memory.readAt(), URL: "/health#console-database",
	}
}
