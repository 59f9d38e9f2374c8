package changes_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	dave = audit.Actor{Username: "dave", Role: "ops"}
	olga = ops.Caller{Username: "olga", Role: ops.RoleOps}
	seed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// world is a real control plane, the changes that act on it, and a clock.
type world struct {
	*changes.Changes

	db    *store.DB
	log   *audit.Log
	clock *worldtest.Clock
	// plain is the control plane as it is; service may fail on the way.
	plain   ops.Service
	service *faulty
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		fn(t, newWorld(t, db))
	})
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()

	w := &world{db: db, clock: worldtest.NewClock(seed)}
	db.AgreeOn(w.clock.Now)

	logger := slog.New(slog.DiscardHandler)

	w.plain = worldtest.ControlPlane(t, controlplane.Config{DB: db, Now: w.clock.Now}).As(olga)
	w.service = &faulty{Service: w.plain}
	w.log = audit.New(db, w.clock.Now)
	w.Changes = changes.New(db, w.log, w.clock.Now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	return w
}

func (w *world) current(t *testing.T) changes.Current {
	t.Helper()

	current, err := w.Current(t.Context(), w.service, ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	return current
}

func request(revision string, perAnalyst int64) changes.Request {
	return changes.Request{
		Section: ops.SectionConcurrency, Revision: revision, Values: ops.Values{"per_analyst": perAnalyst},
		Reason: fmt.Sprintf("load test %d tonight", perAnalyst), Source: changes.SourceConsole,
	}
}

func (w *world) apply(t *testing.T, r changes.Request) changes.Change {
	t.Helper()

	result, err := w.Apply(t.Context(), w.service, dave, r)
	if err != nil {
		t.Fatal(err)
	}

	return result.Change
}

func (w *world) restore(t *testing.T, id int64, revision, reason string) (changes.Result, error) {
	t.Helper()

	r, err := w.RestoreRequest(t.Context(), id, revision, reason)
	if err != nil {
		return changes.Result{}, err
	}

	return w.Apply(t.Context(), w.service, dave, r)
}

func (w *world) perAnalyst(t *testing.T) int {
	t.Helper()

	config, err := w.plain.GetConcurrencyConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return config.PerAnalyst
}

func (w *world) outcomes(t *testing.T) string {
	t.Helper()

	page, err := w.log.List(t.Context(), audit.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	var out []string
	for _, e := range page.Items {
		out = append([]string{string(e.Outcome)}, out...)
	}

	return strings.Join(out, " ")
}

// ender ends leases: a world, or another console on its database.
type ender interface {
	EndDue(ctx context.Context, service ops.Service, section ops.SectionName) error
}

// endDue ends the leases of every section as the console does: each on their own.
func endDue(ctx context.Context, e ender, service ops.Service) error {
	sections := ops.Sections()
	errs := make([]error, len(sections))

	var all sync.WaitGroup
	for i, section := range sections {
		all.Go(func() { errs[i] = e.EndDue(ctx, service, section.Name) })
	}

	all.Wait()

	return errors.Join(errs...)
}
