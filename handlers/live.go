package handlers

import (
	"bytes"
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/leases"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// drawFunc draws a region from a snapshot, the same for everybody.
type drawFunc func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error)

// live draws each region once a snapshot, however many pages show it.
type live struct {
	h       *Handlers
	regions map[string]*region

	// single are the regions of single objects that somebody looks at, by their name.
	mu     sync.Mutex
	single map[string]*region
}

type region struct {
	// id is that of its element.
	id   string
	draw drawFunc

	mu   sync.Mutex
	seq  uint64
	push []byte
}

// newLive knows the region of each page by the page's id in the navigation.
func newLive(h *Handlers) *live {
	l := &live{h: h, single: map[string]*region{}, regions: map[string]*region{
		"overview":    {id: platform.OverviewRegion, draw: h.drawOverview},
		"health":      {id: platform.HealthRegion, draw: h.drawHealth},
		"capacity":    {id: platform.CapacityRegion, draw: h.drawCapacity},
		"jobs":        {id: platform.JobsRegion, draw: h.drawJobs},
		"exports":     {id: platform.ExportsRegion, draw: h.drawExports},
		"maintenance": {id: windows.RecentRegion, draw: h.drawWindows},
		"leases":      {id: leases.ListRegion, draw: h.drawLeases},
		shellName:     {id: shell.Region, draw: h.drawShell},
	}}

	for _, section := range ops.Sections() {
		name := sectionRegion + string(section.Name)
		l.regions[name] = &region{id: settings.ConfigNowRegion, draw: h.drawSection(section.Name, settings.ConfigNow)}
		l.regions[name+historyRegion] = &region{
			id: settings.ConfigHistoryRegion, draw: h.drawSection(section.Name, settings.ConfigHistory),
		}
	}

	return l
}

const (
	// sectionRegion begins the names of the sections' pages.
	sectionRegion = "config-"
	// historyRegion ends the name of the second region of a page that has two.
	historyRegion = "-history"
)

// names are the regions of a page beside the shell's.
func (l *live) names(page string) []string {
	if _, two := l.regions[page+historyRegion]; two {
		return []string{page, page + historyRegion}
	}

	return []string{page}
}

// find returns the region of that name: that of a page, or that of a single object.
func (l *live) find(ctx context.Context, name string, seq uint64) (*region, error) {
	if r, known := l.regions[name]; known {
		return r, nil
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if r, known := l.single[name]; known {
		return r, nil
	}

	r, err := l.one(ctx, name)
	if err != nil {
		return nil, err
	}

	// Those that nobody has looked at for a while go.
	maps.DeleteFunc(l.single, func(_ string, r *region) bool { return r.lastDrawn()+2 < seq })

	r.seq = seq
	l.single[name] = r

	return r, nil
}

// one returns a new region of a window or of a temporary change, if there is one.
func (l *live) one(ctx context.Context, name string) (*region, error) {
	kind, number, _ := strings.Cut(name, "-")

	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, ops.NotFound("live page", ops.Clip(name))
	}

	switch kind + "-" {
	case windowRegion:
		_, err = l.h.Windows.Get(ctx, id)

		return &region{id: windows.Region, draw: l.h.drawWindow(id)}, err
	case leaseRegion:
		_, err = l.h.Changes.Lease(ctx, id)

		return &region{id: leases.Region, draw: l.h.drawLease(id)}, err
	default:
		return nil, ops.NotFound("live page", ops.Clip(name))
	}
}

// shellName is the region that every page has.
const shellName = "shell"

func (h *Handlers) drawOverview(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.overviewView(ctx, s, now)

	return platform.OverviewLive(view), err
}

func (h *Handlers) drawHealth(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.healthOver(ctx, s, now, platform.HealthReaches()[0])

	return platform.HealthLive(view), err
}

func (h *Handlers) drawCapacity(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.capacityOver(ctx, s, now, ownersShown, platform.CapacityReaches()[0])

	return platform.CapacityLive(view), err
}

func (h *Handlers) drawJobs(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.jobsView(ctx, s, now)

	return platform.JobsLive(view), err
}

func (h *Handlers) drawExports(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.exportsView(ctx, s, now, liveExports())

	return platform.ExportsLive(view), err
}

// lastDrawn is the snapshot of which the region was drawn last.
func (r *region) lastDrawn() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.seq
}

func (h *Handlers) drawShell(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	return shell.Live(h.banner(ctx, now), h.temporary(ctx), now), nil
}

// push returns the region as the stream sends it, drawn once a snapshot.
func (l *live) push(ctx context.Context, name string, snapshot *monitor.Snapshot) ([]byte, error) {
	r, err := l.find(ctx, name, snapshot.Seq)
	if err != nil {
		return nil, err
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	if r.push != nil && r.seq == snapshot.Seq {
		return r.push, nil
	}

	// Drawn for all: that the one who happened to come first leaves must not matter.
	ctx = context.WithoutCancel(ctx)

	component, err := r.draw(ctx, snapshot, l.h.Now().UTC())
	if err != nil {
		return nil, err
	}

	var buffer bytes.Buffer
	if err := shell.Push(r.id, component).Render(ctx, &buffer); err != nil {
		return nil, err
	}

	r.seq, r.push = snapshot.Seq, buffer.Bytes()

	return r.push, nil
}
