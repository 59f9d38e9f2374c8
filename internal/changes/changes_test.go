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

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// world is a real control plane, the changes that act on it, and a clock.
type world struct {
	*changes.Changes

	db    *store.DB
	log   *audit.Log
	clock *clock
	// plain is the control plane as it is; service may fail on the way.
	plain   ops.Service
	service *faulty
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.at = c.at.Add(d)
}

// faulty is a control plane behind a bad line: a fault stands for a call before or
// after which it breaks.
type faulty struct {
	ops.Service

	mu     sync.Mutex
	before error // the call is not made
	after  error // the call is made, its answer is lost
	read   error
}

func (f *faulty) fail(before, after, read error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.before, f.after, f.read = before, after, read
}

func (f *faulty) faults() (before, after, read error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.before, f.after, f.read
}

func (f *faulty) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if _, _, read := f.faults(); read != nil {
		return ops.ConcurrencyConfig{}, read
	}

	return f.Service.GetConcurrencyConfig(ctx)
}

func (f *faulty) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	before, after, _ := f.faults()
	if before != nil {
		return ops.ConcurrencyConfig{}, before
	}

	config, err := f.Service.UpdateConcurrencyConfig(ctx, u)

	if after != nil {
		return ops.ConcurrencyConfig{}, after
	}

	return config, err
}

func lost() error {
	return ops.Unavailable("control plane", "no answer").Because(ops.ErrOutcomeUnknown)
}

func down() error { return ops.Unavailable("control plane", "connection refused") }

var (
	dave = audit.Actor{Username: "dave", Role: "ops"}
	olga = ops.Caller{Username: "olga", Role: ops.RoleOps}
	seed = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		fn(t, newWorld(t, db))
	})
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()

	w := &world{db: db, clock: &clock{at: seed}}

	if err := controlplane.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	logger := slog.New(slog.DiscardHandler)

	checker, err := health.New(health.Config{DB: db, Now: w.clock.now, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}

	plane, err := controlplane.New(t.Context(), controlplane.Config{
		DB: db, Now: w.clock.now, Logger: logger, Health: checker, Jobs: noJobs{}, Metrics: prometheus.NewRegistry(), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}

	w.plain = plane.As(olga)
	w.service = &faulty{Service: w.plain}
	w.log = audit.New(db, w.clock.now)
	w.Changes = changes.New(db, w.log, w.clock.now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	return w
}

// noJobs is a control plane without background jobs.
type noJobs struct{}

func (noJobs) Trigger(context.Context, string, ops.JobTrigger) (ops.JobTriggered, error) {
	return ops.JobTriggered{}, down()
}

func (noJobs) Status(context.Context) (ops.JobStatus, error) { return ops.JobStatus{}, nil }

func (w *world) current(t *testing.T) changes.Current {
	t.Helper()

	current, err := w.Current(t.Context(), w.service, changes.Concurrency)
	if err != nil {
		t.Fatal(err)
	}

	return current
}

func request(revision string, perAnalyst int64) changes.Request {
	return changes.Request{
		Section: changes.Concurrency, Revision: revision, Values: changes.Values{"per_analyst": perAnalyst},
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

func TestAChangeIsAppliedAndRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.current(t)
		change := w.apply(t, request(before.Revision, 7))

		if change.Outcome != changes.Applied || change.Actor != "dave" || change.Before["per_analyst"] != int64(5) ||
			change.After["per_analyst"] != int64(7) || len(change.Fields) != 1 || change.SettledAt == nil {
			t.Fatalf("got %+v", change)
		}

		if got := w.perAnalyst(t); got != 7 {
			t.Fatalf("the control plane holds %d", got)
		}

		after := w.current(t)

		result, err := w.restore(t, change.ID, after.Revision, "the test is over")
		if err != nil {
			t.Fatal(err)
		}

		restored := result.Change
		if restored.Outcome != changes.Applied || restored.Source != changes.SourceRestore || *restored.Restores != change.ID {
			t.Fatalf("got %+v", restored)
		}

		if got := w.perAnalyst(t); got != 5 {
			t.Fatalf("restored to %d", got)
		}

		if old, err := w.Get(t.Context(), change.ID); err != nil || len(old.RestoredBy) != 1 || old.RestoredBy[0] != restored.ID {
			t.Errorf("the first change does not know who restored it: %+v, %v", old, err)
		}

		if got := w.outcomes(t); got != "intent done intent done" {
			t.Errorf("the audit log has %s", got)
		}
	})
}

func TestWhatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		with := func(change func(r *changes.Request)) changes.Request {
			r := request(revision, 7)
			change(&r)

			return r
		}

		for name, r := range map[string]changes.Request{
			"body.reason":        with(func(r *changes.Request) { r.Reason = "       " }),
			"body.reason ":       with(func(r *changes.Request) { r.Reason = strings.Repeat("x", 501) }),
			"body.reason  ":      with(func(r *changes.Request) { r.Reason = "xxxxxxxxxx" }),
			"body.reason   ":     with(func(r *changes.Request) { r.Reason = "because" }),
			"body.confirm":       with(func(r *changes.Request) { r.Values = changes.Values{"cluster_total": int64(25)} }),
			"body.reason    ":    with(func(r *changes.Request) { r.Reason = "load\x00tests" }),
			"body.per_analyst":   with(func(r *changes.Request) { r.Values = changes.Values{"per_analyst": int64(101)} }),
			"body.per_analyst ":  with(func(r *changes.Request) { r.Values = changes.Values{"per_analyst": "seven"} }),
			"body.cluster_total": with(func(r *changes.Request) { r.Values = changes.Values{"cluster_total": nil} }),
			"body.per_analist":   with(func(r *changes.Request) { r.Values = changes.Values{"per_analist": int64(7)} }),
			"body.revision":      with(func(r *changes.Request) { r.Revision = "" }),
			"body.revision ":     with(func(r *changes.Request) { r.Revision = "12345" }),
			"body":               with(func(r *changes.Request) { r.Values = changes.Values{"per_analyst": int64(5)} }),
		} {
			_, err := w.Apply(t.Context(), w.service, dave, r)

			fields := ops.FieldErrors(err)
			if len(fields) != 1 || fields[0].Field != strings.TrimSpace(name) {
				t.Errorf("%s: got %v", name, err)
			}
		}

		if w.perAnalyst(t) != 5 || strings.Contains(w.outcomes(t), "intent") {
			t.Errorf("something was changed: %s", w.outcomes(t))
		}
	})
}

func TestASaveAgainstAStaleRevisionIsAConflict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		first := w.apply(t, request(revision, 7))

		_, err := w.Apply(t.Context(), w.service, dave, request(revision, 9))

		var conflict *changes.ConflictError
		if !errors.As(err, &conflict) {
			t.Fatalf("got %v", err)
		}

		if conflict.Original["per_analyst"] != int64(5) || conflict.Theirs["per_analyst"] != int64(7) ||
			conflict.Yours["per_analyst"] != int64(9) || conflict.By.ID != first.ID {
			t.Errorf("got %+v", conflict)
		}

		if ops.AsError(err).Code != ops.CodeConflict || w.perAnalyst(t) != 7 {
			t.Errorf("got %v", err)
		}

		// One goes on from there.
		if change := w.apply(t, request(conflict.Revision, 9)); change.Outcome != changes.Applied {
			t.Errorf("got %+v", change)
		}
	})
}

func TestOfFiftySavesOneApplies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision

		// A second console on the same database, as another replica.
		other := changes.New(w.db, w.log, w.clock.now, slog.New(slog.DiscardHandler), changes.Policy{})

		var (
			group   sync.WaitGroup
			mu      sync.Mutex
			applied int
		)

		for n := range 50 {
			group.Go(func() {
				console := w.Changes
				if n%2 == 0 {
					console = other
				}

				result, err := console.Apply(t.Context(), w.service, dave, request(revision, int64(10+n)))

				mu.Lock()
				defer mu.Unlock()

				switch {
				case err == nil && result.Change.Outcome == changes.Applied:
					applied++
				case ops.AsError(err).Code != ops.CodeConflict:
					t.Errorf("got %+v, %v", result.Change, err)
				}
			})
		}

		group.Wait()

		if applied != 1 {
			t.Errorf("%d were applied", applied)
		}
	})
}

func TestWhatTheControlPlaneRefusedFailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.service.fail(down(), nil, nil)

		change := w.apply(t, request(revision, 7))
		if change.Outcome != changes.Failed || change.Error == nil || !strings.Contains(*change.Error, "connection refused") {
			t.Fatalf("got %+v", change)
		}

		w.service.fail(nil, nil, nil)

		if again := w.apply(t, request(revision, 7)); again.Outcome != changes.Applied {
			t.Errorf("the section was not free: %+v", again)
		}
	})
}

func TestALostAnswerIsUnknownUntilItIsReadBack(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, after error
		want          changes.Outcome
		holds         int
	}{
		"carried out":     {after: lost(), want: changes.Applied, holds: 7},
		"not carried out": {before: lost(), want: changes.Failed, holds: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				revision := w.current(t).Revision
				w.service.fail(test.before, test.after, nil)

				readBackFails := &readsOnce{faulty: w.service}

				result, err := w.Apply(t.Context(), readBackFails, dave, request(revision, 7))
				if err != nil || result.Change.Outcome != changes.Unknown {
					t.Fatalf("got %+v, %v", result.Change, err)
				}

				w.service.fail(nil, nil, nil)

				// Until it is settled the section takes no other change.
				if _, err := w.Apply(t.Context(), w.service, dave, request(revision, 9)); ops.AsError(err).Code != ops.CodeConflict {
					t.Fatalf("a second change was taken: %v", err)
				}

				w.clock.pass(time.Minute)

				if err := w.Watch(t.Context(), w.service); err != nil {
					t.Fatal(err)
				}

				change, err := w.Get(t.Context(), result.Change.ID)
				if err != nil || change.Outcome != test.want || w.perAnalyst(t) != test.holds {
					t.Errorf("got %+v, %v", change, err)
				}

				if page, err := w.History(t.Context(), changes.Filter{Source: changes.SourceExternal}); err != nil || len(page.Items) != 0 {
					t.Errorf("our own change counts as external: %+v, %v", page.Items, err)
				}
			})
		})
	}
}

// readsOnce answers the first reading and no other.
type readsOnce struct {
	*faulty

	read bool
}

func (r *readsOnce) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if r.read {
		return ops.ConcurrencyConfig{}, lost()
	}

	r.read = true

	return r.faulty.GetConcurrencyConfig(ctx)
}

func TestAnUnansweredChangeIsNotDoneBecauseTheOldValuesCanBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision
		w.service.fail(lost(), nil, nil)

		// It may still be on its way: neither done nor failed.
		if change := w.apply(t, request(revision, 7)); change.Outcome != changes.Unknown {
			t.Fatalf("got %+v", change)
		}
	})
}

func TestAChangeThatWasInterruptedIsSettledByTheNextProcess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		revision := w.current(t).Revision

		// The process dies between the intent and the answer.
		func() {
			defer func() { _ = recover() }()

			_, _ = w.Apply(t.Context(), dies{w.service}, dave, request(revision, 7))
		}()

		next := changes.New(w.db, w.log, w.clock.now, slog.New(slog.DiscardHandler), changes.Policy{})
		if err := next.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}

		if current, err := next.Current(t.Context(), w.service, changes.Concurrency); err != nil || current.Open == nil {
			t.Fatalf("the change was forgotten: %+v, %v", current, err)
		}

		w.clock.pass(time.Minute)

		current, err := next.Current(t.Context(), w.service, changes.Concurrency)
		if err != nil || current.Open != nil || current.Last.Outcome != changes.Applied || current.Values["per_analyst"] != int64(7) {
			t.Fatalf("got %+v, %v", current, err)
		}
	})
}

// dies carries the change out and takes the process with it.
type dies struct{ *faulty }

func (d dies) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	if _, err := d.faulty.UpdateConcurrencyConfig(ctx, u); err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	panic("killed")
}

func TestWhatIsChangedOutsideBecomesAChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		seen := w.current(t)

		w.clock.pass(10 * time.Minute)

		if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), ops.ConcurrencyUpdate{PerAnalyst: 3, ClusterTotal: 50}); err != nil {
			t.Fatal(err)
		}

		if err := w.Watch(t.Context(), w.service); err != nil {
			t.Fatal(err)
		}

		page, err := w.History(t.Context(), changes.Filter{Section: changes.Concurrency})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("got %+v, %v", page, err)
		}

		change := page.Items[0]
		if change.Source != changes.SourceExternal || change.Before["per_analyst"] != int64(5) || change.After["per_analyst"] != int64(3) ||
			change.Since == nil || !change.Since.Equal(seed) || !change.At.Equal(w.clock.now()) {
			t.Errorf("got %+v", change)
		}

		// Whoever had the form open is told.
		_, err = w.Apply(t.Context(), w.service, dave, request(seen.Revision, 9))
		if ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("got %v", err)
		}

		// And it can be restored.
		result, err := w.restore(t, change.ID, w.current(t).Revision, "nobody agreed to that")
		if err != nil || result.Change.Outcome != changes.Applied || w.perAnalyst(t) != 5 {
			t.Errorf("got %+v, %v", result, err)
		}
	})
}

func TestOurOwnWritesAreNeverExternalHoweverThePollerRaces(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()
		w.current(t)

		stop := make(chan struct{})

		var pollers sync.WaitGroup
		for range 3 {
			pollers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}

					if err := w.Watch(t.Context(), w.service); err != nil {
						t.Error(err)
					}
				}
			})
		}

		for n := range int64(20) {
			if change := w.apply(t, request(w.current(t).Revision, 10+n)); change.Outcome != changes.Applied {
				t.Errorf("got %+v", change)
			}
		}

		close(stop)
		pollers.Wait()

		if n, err := w.Count(t.Context(), changes.Filter{Source: changes.SourceExternal}); err != nil || n != 0 {
			t.Errorf("%d changes of ours count as external, %v", n, err)
		}
	})
}

func TestNullIsRestoredAsNull(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		current, err := w.Current(t.Context(), w.service, changes.Lifecycle)
		if err != nil || current.Values["mapping.default_ttl"] != nil || current.Values["instance.default_ttl"] != "PT24H" {
			t.Fatalf("got %+v, %v", current, err)
		}

		result, err := w.Apply(t.Context(), w.service, dave, changes.Request{
			Section: changes.Lifecycle, Revision: current.Revision, Reason: "tidying up", Source: changes.SourceAPI, Confirm: "test",
			Values: changes.Values{"mapping.default_ttl": "30 days", "instance.default_ttl": "1d 12h"},
		})
		if err != nil || result.Change.Outcome != changes.Applied || result.Current.Values["instance.default_ttl"] != "P1DT12H" {
			t.Fatalf("got %+v, %v", result, err)
		}

		result, err = w.restore(t, result.Change.ID, result.Current.Revision, "it was too early")
		if err != nil || result.Change.Outcome != changes.Applied || result.Current.Values["mapping.default_ttl"] != nil {
			t.Fatalf("got %+v, %v", result, err)
		}
	})
}

// ender ends leases: a world, or another console on its database.
type ender interface {
	EndDue(ctx context.Context, service ops.Service, section changes.SectionName) error
}

// endDue ends the leases of every section as the console does: each on their own.
func endDue(ctx context.Context, e ender, service ops.Service) error {
	sections := changes.Sections()
	errs := make([]error, len(sections))

	var all sync.WaitGroup
	for i, section := range sections {
		all.Go(func() { errs[i] = e.EndDue(ctx, service, section.Name) })
	}

	all.Wait()

	return errors.Join(errs...)
}
