package handlers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
)

// RememberEvery is the time between two calls of [Console.Remember].
const RememberEvery = 15 * time.Second

// remembered are the values of one kind as they were last read, by what was asked for.
type remembered[K comparable, V any] struct {
	database Database

	mu     sync.Mutex
	values map[K]V
}

func newRemembered[K comparable, V any](own Database) *remembered[K, V] {
	return &remembered[K, V]{database: own, values: map[K]V{}}
}

// read reads a value, or returns the last one while the database cannot be read.
func (r *remembered[K, V]) read(key K, read func() (V, error)) (V, error) {
	r.mu.Lock()
	last, known := r.values[key]
	r.mu.Unlock()

	var value V

	err := r.database.Err()
	if err == nil {
		value, err = read()
	}

	switch {
	case err != nil && known && database.Explain(err) != nil:
		return last, nil
	case err != nil:
		return value, err
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	r.values[key] = value

	return value, nil
}

// memory is what the pages of the platform, and what surrounds every page, need of the
// database: as it was last read, while it cannot be.
type memory struct {
	changes  rememberedChanges
	windows  rememberedWindows
	triggers rememberedTriggers
}

func newMemory(c Config) *memory {
	return &memory{
		changes: rememberedChanges{
			Changes: c.Changes, history: newRemembered[changes.Filter, changes.Page](c.Database),
			unreviewed: newRemembered[string, []changes.Change](c.Database), leases: newRemembered[string, []lease.Lease](c.Database),
			known: newRemembered[ops.SectionName, changes.Current](c.Database),
		},
		windows:  rememberedWindows{Windows: c.Windows, open: newRemembered[string, []maintenance.Window](c.Database)},
		triggers: rememberedTriggers{Triggers: c.Triggers, last: newRemembered[ops.JobName, lastTrigger](c.Database)},
	}
}

// remember reads it all, so that there is something to show of what nobody has looked at.
func (m *memory) remember(ctx context.Context) error {
	_, recent := m.changes.History(ctx, changes.Filter{Limit: changes.Recent})
	_, outside := m.changes.Unreviewed(ctx)
	_, leases := m.changes.Leases(ctx)
	_, windows := m.windows.Open(ctx)
	errs := []error{recent, outside, leases, windows}

	for _, section := range ops.Sections() {
		_, err := m.changes.Known(ctx, section.Name)
		errs = append(errs, err)
	}

	for _, job := range ops.Jobs() {
		_, _, err := m.triggers.Last(ctx, job.Name)
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// all is the one key of what there is one of.
const all = ""

type rememberedChanges struct {
	*changes.Changes

	history    *remembered[changes.Filter, changes.Page]
	unreviewed *remembered[string, []changes.Change]
	leases     *remembered[string, []lease.Lease]
	known      *remembered[ops.SectionName, changes.Current]
}

// History is remembered of all times alone: a span that moves is another one each time.
func (c rememberedChanges) History(ctx context.Context, filter changes.Filter) (changes.Page, error) {
	read := func() (changes.Page, error) { return c.Changes.History(ctx, filter) }
	if !filter.From.IsZero() || !filter.Until.IsZero() {
		return read()
	}

	return c.history.read(filter, read)
}

func (c rememberedChanges) Unreviewed(ctx context.Context) ([]changes.Change, error) {
	return c.unreviewed.read(all, func() ([]changes.Change, error) { return c.Changes.Unreviewed(ctx) })
}

func (c rememberedChanges) Leases(ctx context.Context) ([]lease.Lease, error) {
	return c.leases.read(all, func() ([]lease.Lease, error) { return c.Changes.Leases(ctx) })
}

func (c rememberedChanges) Known(ctx context.Context, section ops.SectionName) (changes.Current, error) {
	return c.known.read(section, func() (changes.Current, error) { return c.Changes.Known(ctx, section) })
}

type rememberedWindows struct {
	*maintenance.Windows

	open *remembered[string, []maintenance.Window]
}

func (w rememberedWindows) Open(ctx context.Context) ([]maintenance.Window, error) {
	return w.open.read(all, func() ([]maintenance.Window, error) { return w.Windows.Open(ctx) })
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
	last, err := t.last.read(job, func() (lastTrigger, error) {
		entry, ok, err := t.Triggers.Last(ctx, job)

		return lastTrigger{entry, ok}, err
	})

	return last.entry, last.ok, err
}
