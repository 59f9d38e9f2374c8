package handlers

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
)

const (
	// keptFor is how long a page is kept at most: between two polls nobody reads how much time has
	// passed otherwise, and what follows from that.
	keptFor = 5 * time.Second
	// keptMost is how much is kept of all pages, in bytes. What is more makes place for itself: who
	// asks for ever other addresses has them drawn, as before, and nothing grows.
	keptMost = 16 << 20
	// drawnWithin is how long somebody waits for a page that is being drawn for another. Who draws
	// it may have to wait for the control plane.
	drawnWithin = 100 * time.Millisecond
	// headSeenFor is how long it is believed that no other replica has written.
	headSeenFor = time.Second
)

// state is what pages are drawn from. Whatever is written changes it, before whoever wrote is answered.
type state struct {
	// snapshot is what the monitor last saw, changed how often it was told that something changed here.
	snapshot, changed uint64
	// acts counts the requests to this process that may have done something, entries those of the
	// audit log that it wrote, and head is the newest of all replicas: everything done has one.
	acts, entries uint64
	head          int64
}

// keptPages are pages as they were drawn, of one state.
type keptPages struct {
	Config

	// acting counts the acts that are not over: whether they have done something already is not
	// known. acts counts those that are.
	acting atomic.Int64
	acts   atomic.Uint64
	head   head

	mu      sync.Mutex
	of      state
	pages   map[string]keptPage
	size    int
	drawing map[string]chan struct{}
}

type keptPage struct {
	*web.Drawn

	drawnAt time.Time
}

func newKept(config Config) *keptPages {
	return &keptPages{Config: config, pages: map[string]keptPage{}, drawing: map[string]chan struct{}{}}
}

// act answers a request that may do something.
func (k *keptPages) act(p *web.Page, answer func(p *web.Page) error) error {
	k.acting.Add(1)
	p.Response().Before(p.TellActed)

	defer func() {
		k.acts.Add(1)
		k.acting.Add(-1)
	}()

	return answer(p)
}

// state is the present one. It is false where that is not known, or nothing is to be kept.
func (k *keptPages) state(ctx context.Context, now time.Time) (state, bool) {
	if k.acting.Load() > 0 || k.inTrouble() {
		return state{}, false
	}

	head, known := k.head.read(ctx, now, k)

	return state{
		snapshot: k.Monitor.Snapshot().Seq, changed: k.Monitor.Changes(),
		acts: k.acts.Load(), entries: k.Audit.Written(), head: head,
	}, known
}

// inTrouble reports whether the database is: pages tell of it, and show what is remembered.
func (k *keptPages) inTrouble() bool { return k.Database.InTrouble() }

// answer answers with a page that was drawn for somebody already. Where there is none, it is drawn
// once for all who ask for it meanwhile. That the viewer may see it, and takes one, is known by then.
func (k *keptPages) answer(p *web.Page, draw func(p *web.Page) error) error {
	now, known := k.state(p.Ctx(), p.Now)
	if !known || now.head < p.Acted() { // Another replica carried that out.
		return draw(p)
	}

	page, drawn := k.find(p, now)
	if page == nil && drawn == nil {
		page, drawn = k.await(p, now)
	}

	if page != nil {
		return p.SendKept(page)
	}

	if drawn != nil {
		defer drawn()

		p.KeepBy(func(address string, d *web.Drawn) { k.keep(address, now, keptPage{d, p.Now}) })
	}

	return draw(p)
}

// find returns the page, or what to call once it is drawn; neither, where somebody draws it.
func (k *keptPages) find(p *web.Page, now state) (page *web.Drawn, drawn func()) {
	k.mu.Lock()
	defer k.mu.Unlock()

	if k.of != now {
		k.of, k.size = now, 0
		clear(k.pages)
	}

	address := p.Address()
	if page = k.fresh(address, p.Now); page == nil {
		page = k.fresh(p.AddressInZone(), p.Now)
	}

	if page != nil {
		return page, nil
	}

	if k.drawing[address] != nil {
		return nil, nil
	}

	done := make(chan struct{})
	k.drawing[address] = done

	return nil, func() {
		k.mu.Lock()
		defer k.mu.Unlock()

		delete(k.drawing, address)
		close(done)
	}
}

// fresh is the page that is kept under that name, nil for none; [keptPages.mu] is held.
func (k *keptPages) fresh(name string, now time.Time) *web.Drawn {
	page, ok := k.pages[name]
	if age := now.Sub(page.drawnAt); !ok || age < 0 || age >= keptFor {
		return nil
	}

	return page.Drawn
}

// await waits until somebody has drawn the page, and finds it then; neither, where that takes too long.
func (k *keptPages) await(p *web.Page, now state) (page *web.Drawn, drawn func()) {
	k.mu.Lock()
	done := k.drawing[p.Address()]
	k.mu.Unlock()

	if done != nil {
		late := time.NewTimer(drawnWithin)
		defer late.Stop()

		select {
		case <-done:
		case <-late.C:
			return nil, nil
		case <-p.Ctx().Done():
			return nil, nil
		}
	}

	return k.find(p, now)
}

// keep keeps a page of a state, if that is still the one of all that is kept.
func (k *keptPages) keep(address string, of state, page keptPage) {
	if k.inTrouble() { // since it was begun
		return
	}

	size := page.Size() + len(address)

	k.mu.Lock()
	defer k.mu.Unlock()

	if k.of != of || size > keptMost {
		return
	}

	if k.size += size; k.size > keptMost {
		clear(k.pages)
		k.size = size
	}

	k.pages[address] = page
}

// head is the newest entry of the audit log, looked at seldom.
type head struct {
	mu      sync.Mutex
	seq     int64
	seenAt  time.Time
	looking bool
}

// read returns the number of the entry as it was at most [headSeenFor] ago; known is false where that
// cannot be told. One of those who ask looks, before the time is over: the others need not wait.
func (h *head) read(ctx context.Context, now time.Time, k *keptPages) (seq int64, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()

	if age := now.Sub(h.seenAt); (age < 0 || age >= headSeenFor/2) && !h.looking {
		h.looking = true

		h.mu.Unlock()

		seq, err := k.Audit.Head(ctx)

		h.mu.Lock()

		if h.looking = false; err == nil {
			h.seq, h.seenAt = seq, now
		} else {
			k.Logger.DebugContext(ctx, "the head of the audit log could not be read", slog.Any("error", err))
		}
	}

	age := now.Sub(h.seenAt)

	return h.seq, age >= 0 && age < headSeenFor
}
