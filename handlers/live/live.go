// Package live draws the regions of pages that follow the monitor, once a snapshot for all
// who look, and streams them to browsers.
package live

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
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Draw draws a region from a snapshot, the same for everybody: nothing of a user may be in it.
type Draw func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error)

// Region is a part of a page that is drawn anew with every snapshot.
type Region struct {
	// Page is how the stream's address names the page; a page may have several regions.
	Page string
	// Element is the id of the region's element.
	Element string
	Draw    Draw
}

// Object is a kind of thing of which each has a page of its own, named by the kind and the
// thing's number: window-5.
type Object struct {
	Kind    string
	Element string
	// Exists returns why there is no such thing, or why that is not known.
	Exists func(ctx context.Context, id int64) error
	Draw   func(id int64) Draw
}

// Events is the address of a page's live updates; with "" it is those that every page has.
func Events(page string) string {
	if page == "" {
		return "/events"
	}

	return "/events?page=" + page
}

// EventsOf is the address of the live updates of the page of one thing.
func EventsOf(kind string, id int64) string { return Events(kind + "-" + strconv.FormatInt(id, 10)) }

// drawn are the regions of a page and what they were last.
type drawn struct {
	regions []Region

	mu   sync.Mutex
	seq  uint64
	push []byte
}

// pages draws each page's regions once a snapshot, however many look at it.
type pages struct {
	now     func() time.Time
	all     map[string]*drawn
	objects []Object

	// single are the pages of single things that somebody looks at, by their name.
	mu     sync.Mutex
	single map[string]*drawn
}

func newPages(now func() time.Time, regions []Region, objects []Object) *pages {
	l := &pages{now: now, all: map[string]*drawn{}, objects: objects, single: map[string]*drawn{}}

	for _, r := range regions {
		if l.all[r.Page] == nil {
			l.all[r.Page] = &drawn{}
		}

		l.all[r.Page].regions = append(l.all[r.Page].regions, r)
	}

	return l
}

// find returns the page of that name, seen at the snapshot seq.
func (l *pages) find(ctx context.Context, name string, seq uint64) (*drawn, error) {
	if d, known := l.all[name]; known {
		return d, nil
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if d, known := l.single[name]; known {
		return d, nil
	}

	d, err := l.one(ctx, name)
	if err != nil {
		return nil, err
	}

	// Those that nobody has looked at for a while go.
	maps.DeleteFunc(l.single, func(_ string, d *drawn) bool { return d.lastDrawn()+2 < seq })

	d.seq = seq
	l.single[name] = d

	return d, nil
}

// one returns the page of a single thing, if there is one.
func (l *pages) one(ctx context.Context, name string) (*drawn, error) {
	kind, number, _ := strings.Cut(name, "-")

	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return nil, ops.NotFound("live page", ops.Clip(name))
	}

	for _, o := range l.objects {
		if o.Kind == kind {
			return &drawn{regions: []Region{{Page: name, Element: o.Element, Draw: o.Draw(id)}}}, o.Exists(ctx, id)
		}
	}

	return nil, ops.NotFound("live page", ops.Clip(name))
}

// lastDrawn is the snapshot of which the page was drawn last.
func (d *drawn) lastDrawn() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()

	return d.seq
}

// pushOf returns the page's regions as the stream sends them, drawn once a snapshot.
func (l *pages) pushOf(ctx context.Context, name string, snapshot *monitor.Snapshot) ([]byte, error) {
	d, err := l.find(ctx, name, snapshot.Seq)
	if err != nil {
		return nil, err
	}

	d.mu.Lock()
	defer d.mu.Unlock()

	if d.push != nil && d.seq == snapshot.Seq {
		return d.push, nil
	}

	// Drawn for all: that the one who happened to come first leaves must not matter.
	ctx = context.WithoutCancel(ctx)

	var buffer bytes.Buffer

	for _, r := range d.regions {
		component, err := r.Draw(ctx, snapshot, l.now().UTC())
		if err != nil {
			return nil, err
		}

		if err := shell.Push(r.Element, component).Render(ctx, &buffer); err != nil {
			return nil, err
		}
	}

	d.seq, d.push = snapshot.Seq, buffer.Bytes()

	return d.push, nil
}
