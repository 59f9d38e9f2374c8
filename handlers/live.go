package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
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
		"overview":    {id: templates.OverviewRegion, draw: h.drawOverview},
		"health":      {id: templates.HealthRegion, draw: h.drawHealth},
		"capacity":    {id: templates.CapacityRegion, draw: h.drawCapacity},
		"jobs":        {id: templates.JobsRegion, draw: h.drawJobs},
		"exports":     {id: templates.ExportsRegion, draw: h.drawExports},
		"maintenance": {id: templates.WindowsRegion, draw: h.drawWindows},
		"leases":      {id: templates.LeasesRegion, draw: h.drawLeases},
		shellName:     {id: templates.ShellRegion, draw: h.drawShell},
	}}

	for _, section := range changes.Sections() {
		name := sectionRegion + string(section.Name)
		l.regions[name] = &region{id: templates.ConfigNowRegion, draw: h.drawSection(section.Name, templates.ConfigNow)}
		l.regions[name+historyRegion] = &region{
			id: templates.ConfigHistoryRegion, draw: h.drawSection(section.Name, templates.ConfigHistory),
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
		return nil, ops.NotFound("live page", clip(name))
	}

	switch kind + "-" {
	case windowRegion:
		_, err = l.h.Windows.Get(ctx, id)

		return &region{id: templates.WindowRegion, draw: l.h.drawWindow(id)}, err
	case leaseRegion:
		_, err = l.h.Changes.Lease(ctx, id)

		return &region{id: templates.LeaseRegion, draw: l.h.drawLease(id)}, err
	default:
		return nil, ops.NotFound("live page", clip(name))
	}
}

// shellName is the region that every page has.
const shellName = "shell"

func (h *Handlers) drawOverview(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.overviewView(ctx, s, now)

	return templates.OverviewLive(view), err
}

func (h *Handlers) drawHealth(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.healthOver(ctx, s, now, templates.HealthReaches()[0])

	return templates.HealthLive(view), err
}

func (h *Handlers) drawCapacity(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.capacityOver(ctx, s, now, ownersShown, templates.CapacityReaches()[0])

	return templates.CapacityLive(view), err
}

func (h *Handlers) drawJobs(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.jobsView(ctx, s, now)

	return templates.JobsLive(view), err
}

func (h *Handlers) drawExports(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
	view, err := h.exportsView(ctx, s, now, liveExports())

	return templates.ExportsLive(view), err
}

// lastDrawn is the snapshot of which the region was drawn last.
func (r *region) lastDrawn() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.seq
}

func (h *Handlers) drawShell(ctx context.Context, _ *monitor.Snapshot, now time.Time) (templ.Component, error) {
	return templates.ShellLive(h.banner(ctx, now), h.temporary(ctx), now), nil
}

// events streams what the page named by ?page= shows, and how old it is.
func (h *Handlers) events(p *page) error {
	names := []string{shellName}

	if name := p.QueryParam("page"); name != "" {
		if _, err := h.live.find(p.ctx(), name, h.Monitor.Snapshot().Seq); err != nil {
			return err
		}

		names = append(names, h.live.names(name)...)
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	p.Response().WriteHeader(http.StatusOK)

	if p.Request().Method == http.MethodHead {
		return nil
	}

	news, cancel := h.Monitor.Subscribe()
	defer cancel()

	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()

	var sent uint64

	for {
		select {
		case <-p.ctx().Done():
			return nil
		case <-ticker.C:
			// A stream outlives no session and no role.
			if who, err := h.Auth.Recheck(p.Request()); err != nil || !who.IsOps() {
				return nil
			}
		case <-news:
		}

		if err := h.stream(p, names, &sent); err != nil {
			// The browser is gone; it will come again if it wants.
			return nil
		}
	}
}

func (h *Handlers) stream(p *page, names []string, sent *uint64) error {
	snapshot := h.Monitor.Snapshot()

	// A browser that reads nothing any more must not hold on to this for good.
	if err := h.writeWithin(p, streamWithin); err != nil {
		return err
	}

	if snapshot.Seq != *sent || *sent == 0 {
		var message bytes.Buffer

		for _, name := range names {
			push, err := h.live.push(p.ctx(), name, snapshot)
			if err != nil {
				h.Logger.ErrorContext(p.ctx(), "a live region could not be drawn", "region", name, "error", err)

				continue
			}

			message.Write(push)
		}

		if err := sendEvent(p, "", strconv.FormatUint(snapshot.Seq, 10), message.String()); err != nil {
			return err
		}

		*sent = snapshot.Seq
	}

	beat, err := json.Marshal(h.beat())
	if err != nil {
		return err
	}

	if err := sendEvent(p, templates.BeatEvent, "", string(beat)); err != nil {
		return err
	}

	p.Response().Flush()

	return nil
}

// streamWithin is how long a reader of a stream may take for one message, exportWithin
// one of an export for a part of it.
const (
	streamWithin = 20 * time.Second
	exportWithin = time.Minute
)

// writeWithin gives the answer that long from now on.
func (h *Handlers) writeWithin(p *page, d time.Duration) error {
	err := http.NewResponseController(p.Response()).SetWriteDeadline(h.Now().Add(d))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}

	return err
}

// sendEvent writes one server-sent event: WHATWG HTML, section 9.2.6.
func sendEvent(p *page, event, id, data string) error {
	var b strings.Builder
	if event != "" {
		fmt.Fprintf(&b, "event: %s\n", event)
	}

	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}

	for line := range strings.Lines(data) {
		fmt.Fprintf(&b, "data: %s\n", strings.TrimRight(line, "\r\n"))
	}

	b.WriteString("\n")
	_, err := p.Response().Write([]byte(b.String()))

	return err
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
	if err := templates.Push(r.id, component).Render(ctx, &buffer); err != nil {
		return nil, err
	}

	r.seq, r.push = snapshot.Seq, buffer.Bytes()

	return r.push, nil
}
