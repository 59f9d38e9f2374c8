package handlers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
)

// RememberEvery is the time between two calls of [Console.Remember].
const RememberEvery = 15 * time.Second

// lifetimes knows how long instances may live, as this console last saw it.
type lifetimes struct{ changes rememberedChanges }

// LongestInstance implements [instances.Config].
func (l lifetimes) LongestInstance(ctx context.Context) string {
	held, err := l.changes.Values(ctx, ops.SectionLifecycle)
	if err != nil { // it is for the control plane to check, too
		return ""
	}

	longest, _ := held["instance.max_ttl"].(string)

	return longest
}

// remembered are the values of one kind as they were last read, by what was asked for.
type remembered[K comparable, V any] struct {
	database Database
	now      func() time.Time

	mu     sync.Mutex
	values map[K]kept[V]
}

type kept[V any] struct {
	value  V
	readAt time.Time
}

func newRemembered[K comparable, V any](c Config) *remembered[K, V] {
	return &remembered[K, V]{database: c.Database, now: c.Now, values: map[K]kept[V]{}}
}

// read reads a value, or returns the last one while the database cannot be read: old says so.
func (r *remembered[K, V]) read(key K, read func() (V, error)) (value V, old bool, err error) {
	r.mu.Lock()
	last, known := r.values[key]
	r.mu.Unlock()

	readAt := r.now()

	if err = r.database.Err(); err == nil {
		value, err = read()
	}

	switch {
	case err != nil && known && database.Explain(err) != nil:
		return last.value, true, nil
	case err != nil:
		return value, false, err
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	r.values[key] = kept[V]{value, readAt}

	return value, false, nil
}

// oldest is when the value was read that was read first, zero when there is none.
func (r *remembered[K, V]) oldest() (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()

	for _, k := range r.values {
		if at.IsZero() || k.readAt.Before(at) {
			at = k.readAt
		}
	}

	return at
}

// memory is what the pages of the platform, and what surrounds every page, need of the
// database: as it was last read, while it cannot be.
type memory struct {
	database Database

	changes  rememberedChanges
	windows  rememberedWindows
	triggers rememberedTriggers
}

func newMemory(c Config) *memory {
	return &memory{
		database: c.Database,
		changes: rememberedChanges{
			Changes: c.Changes, history: newRemembered[changes.Filter, changes.Page](c),
			unreviewed: newRemembered[string, []changes.Change](c), leases: newRemembered[string, []lease.Lease](c),
			scheduled: newRemembered[string, []scheduled.Change](c),
			values:    newRemembered[ops.SectionName, ops.Values](c),
		},
		windows:  rememberedWindows{Windows: c.Windows, open: newRemembered[string, []maintenance.Window](c)},
		triggers: rememberedTriggers{Triggers: c.Triggers, last: newRemembered[ops.JobName, lastTrigger](c)},
	}
}

// remember reads it all, so that there is something to show of what nobody has looked at.
func (m *memory) remember(ctx context.Context) error {
	_, recent := m.changes.History(ctx, changes.Filter{Limit: changes.Recent})
	_, outside := m.changes.Unreviewed(ctx)
	_, leases := m.changes.Leases(ctx)
	_, later := m.changes.Scheduled(ctx)
	_, windows := m.windows.Open(ctx)
	errs := []error{recent, outside, leases, later, windows}

	for _, section := range ops.Sections() {
		_, err := m.changes.Values(ctx, section.Name)
		errs = append(errs, err)
	}

	for _, job := range ops.Jobs() {
		_, _, err := m.triggers.Last(ctx, job.Name)
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// readAt is when the oldest of what is shown from memory was read; nil while the database can be.
func (m *memory) readAt() *time.Time {
	if m.database.Err() == nil {
		return nil
	}

	var at *time.Time

	for _, oldest := range []time.Time{
		m.changes.history.oldest(), m.changes.unreviewed.oldest(), m.changes.leases.oldest(), m.changes.scheduled.oldest(),
		m.changes.values.oldest(), m.windows.open.oldest(), m.triggers.last.oldest(),
	} {
		if !oldest.IsZero() && (at == nil || oldest.Before(*at)) {
			at = &oldest
		}
	}

	return at
}

// all is the one key of what there is one of.
const all = ""

type rememberedChanges struct {
	*changes.Changes

	history    *remembered[changes.Filter, changes.Page]
	unreviewed *remembered[string, []changes.Change]
	leases     *remembered[string, []lease.Lease]
	scheduled  *remembered[string, []scheduled.Change]
	values     *remembered[ops.SectionName, ops.Values]
}

// History is remembered of all times alone: a span that moves is another one each time.
func (c rememberedChanges) History(ctx context.Context, filter changes.Filter) (changes.Page, error) {
	read := func() (changes.Page, error) { return c.Changes.History(ctx, filter) }
	if !filter.From.IsZero() || !filter.Until.IsZero() {
		return read()
	}

	page, _, err := c.history.read(filter, read)

	return page, err
}

func (c rememberedChanges) Unreviewed(ctx context.Context) ([]changes.Change, error) {
	outside, _, err := c.unreviewed.read(all, func() ([]changes.Change, error) { return c.Changes.Unreviewed(ctx) })

	return outside, err
}

func (c rememberedChanges) Leases(ctx context.Context) ([]lease.Lease, error) {
	leases, old, err := c.leases.read(all, func() ([]lease.Lease, error) { return c.Changes.Leases(ctx) })

	return asRemembered(leases, old, lease.Lease.Remembered, c.leases.now()), err
}

func (c rememberedChanges) Scheduled(ctx context.Context) ([]scheduled.Change, error) {
	later, old, err := c.scheduled.read(all, func() ([]scheduled.Change, error) { return c.Changes.Scheduled(ctx) })

	return asRemembered(later, old, scheduled.Change.Remembered, c.scheduled.now()), err
}

func (c rememberedChanges) Values(ctx context.Context, section ops.SectionName) (ops.Values, error) {
	values, _, err := c.values.read(section, func() (ops.Values, error) { return c.Changes.Values(ctx, section) })

	return values, err
}

// asRemembered has the clock tell what is known of those that are old: it went on since.
func asRemembered[V any](values []V, old bool, remembered func(v V, now time.Time) V, now time.Time) []V {
	if !old {
		return values
	}

	out := make([]V, len(values))
	for i, v := range values {
		out[i] = remembered(v, now)
	}

	return out
}

type rememberedWindows struct {
	*maintenance.Windows

	open *remembered[string, []maintenance.Window]
}

func (w rememberedWindows) Open(ctx context.Context) ([]maintenance.Window, error) {
	open, old, err := w.open.read(all, func() ([]maintenance.Window, error) { return w.Windows.Open(ctx) })

	return asRemembered(open, old, maintenance.Window.Remembered, w.open.now()), err
}

type rememberedTriggers struct {
	*triggers.Triggers

	last *remembered[ops.JobName, lastTrigger]
}

type lastTrigger struct {
	entry audit.Entry
	ok    bool
}

func (t rememberedTriggers) Last(ctx context.Context, job ops.JobName) (audit.Entry, bool, error) {
	last, _, err := t.last.read(job, func() (lastTrigger, error) {
		entry, ok, err := t.Triggers.Last(ctx, job)

		return lastTrigger{entry, ok}, err
	})

	return last.entry, last.ok, err
}
