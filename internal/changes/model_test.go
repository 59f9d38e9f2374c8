package changes_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	modelSeed  = flag.Uint64("model.seed", 1, "the first seed of the model-based test")
	modelSteps = flag.Int("model.steps", 1500, "how many random operations a seed is worth")
)

// unreliable is a control plane whose every call may break, before or after it acts, or
// take the console with it.
type unreliable struct {
	ops.Service

	random *rand.Rand
	// bad is the chance of a fault in a call, 0 to 1.
	bad float64
	// adrift are writes that were not answered and that may arrive at any time.
	adrift []func() error
	// onRead is done while the next reading is under way, nil for nothing.
	onRead func()
}

var errKilled = errors.New("killed")

// call makes a call over the bad line.
func call[T any](u *unreliable, write bool, act func() (T, error)) (T, error) {
	var none T

	if do := u.onRead; do != nil && !write {
		u.onRead = nil

		do()
	}

	if u.random.Float64() >= u.bad {
		return act()
	}

	switch u.random.IntN(5) {
	case 0:
		return none, down()
	case 1:
		if write {
			u.adrift = append(u.adrift, func() error {
				_, err := act()

				return err
			})
		}

		return none, lost()
	case 2:
		if write {
			panic(errKilled)
		}

		return none, lost()
	case 3:
		_, _ = act()

		if write {
			panic(errKilled)
		}

		return none, lost()
	default:
		_, _ = act()

		return none, lost()
	}
}

func (u *unreliable) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return call(u, false, func() (ops.ConcurrencyConfig, error) { return u.Service.GetConcurrencyConfig(ctx) })
}

func (u *unreliable) UpdateConcurrencyConfig(ctx context.Context, v ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	return call(u, true, func() (ops.ConcurrencyConfig, error) {
		return u.Service.UpdateConcurrencyConfig(context.WithoutCancel(ctx), v)
	})
}

func (u *unreliable) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return call(u, false, func() (ops.ExportConfig, error) { return u.Service.GetExportConfig(ctx) })
}

func (u *unreliable) UpdateExportConfig(ctx context.Context, v ops.ExportUpdate) (ops.ExportConfig, error) {
	return call(u, true, func() (ops.ExportConfig, error) { return u.Service.UpdateExportConfig(context.WithoutCancel(ctx), v) })
}

// model drives a console at random and remembers what it was told.
type model struct {
	t      *testing.T
	w      *world
	random *rand.Rand
	line   *unreliable

	step int
	// told are the outcomes that were acknowledged, by change.
	told map[int64]changes.Outcome
	// outside counts what was changed behind the console's back, late what arrived late.
	outside, late int
}

func TestModel(t *testing.T) {
	t.Parallel()

	for seed := *modelSeed; seed < *modelSeed+4; seed++ {
		t.Run(fmt.Sprintf("sqlite seed %d", seed), func(t *testing.T) {
			t.Parallel()
			runModel(t, seed, *modelSteps, storetest.Open(t, storetest.SQLiteURL(t)))
		})
	}

	t.Run(fmt.Sprintf("postgres seed %d", *modelSeed), func(t *testing.T) {
		t.Parallel()
		runModel(t, *modelSeed, *modelSteps/3, storetest.Open(t, storetest.PostgresURL(t)))
	})
}

func runModel(t *testing.T, seed uint64, steps int, db *store.DB) {
	t.Helper()

	random := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, db)
	m := &model{
		t: t, w: w, random: random, line: &unreliable{Service: w.plain, random: random}, told: map[int64]changes.Outcome{},
	}

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("failed at step %d; again with: go test ./internal/changes -run TestModel -model.seed=%d -model.steps=%d", m.step, seed, steps)
		}
	})

	for m.step = range steps {
		m.line.bad = []float64{0, 0, 0.1, 0.5}[random.IntN(4)]
		m.act()

		if t.Failed() {
			return
		}
	}

	m.recover()
	m.check()
}

// act does one thing at random; whatever kills the console is followed by a new one.
func (m *model) act() {
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); !ok || !errors.Is(err, errKilled) {
				panic(r)
			}

			m.restart()
		}
	}()

	switch n := m.random.IntN(100); {
	case n < 30:
		m.save(nil)
	case n < 42:
		term, _ := m.w.ParseTerm(fmt.Sprintf("%dm", 1+m.random.IntN(30)), "", "")
		m.save(term)
	case n < 50:
		m.restoreAny()
	case n < 58:
		m.decideLease()
	case n < 66:
		m.changeOutside()
	case n < 70:
		m.restart()
	case n < 83:
		m.tick()
	case n < 87:
		m.extendWhileEnding()
	case n < 90:
		m.arrive()
	default:
		m.w.clock.pass(time.Duration(1+m.random.IntN(600)) * time.Second)
	}
}

func (m *model) ctx() context.Context { return m.t.Context() }

func (m *model) section() (changes.SectionName, changes.Values) {
	switch m.random.IntN(3) {
	case 0:
		return changes.Export, changes.Values{"max_duration_seconds": int64(60 + m.random.IntN(1000))}
	case 1:
		return changes.Concurrency, changes.Values{"per_analyst": int64(1 + m.random.IntN(100))}
	default:
		return changes.Concurrency, changes.Values{"cluster_total": int64(1 + m.random.IntN(1000))}
	}
}

func (m *model) save(term *changes.Term) {
	section, values := m.section()

	current, err := m.w.Current(m.ctx(), m.line, section)
	if err != nil {
		return
	}

	result, err := m.w.Apply(m.ctx(), m.line, dave, changes.Request{
		Section: section, Revision: current.Revision, Values: values, Reason: fmt.Sprintf("step %d of the test", m.step),
		Source: changes.SourceAPI, Term: term, Confirm: "test",
	})
	m.remember(result, err)
}

func (m *model) restoreAny() {
	page, err := m.w.History(m.ctx(), changes.Filter{Limit: 20})
	if err != nil {
		m.t.Error(err)
	}

	if len(page.Items) == 0 {
		return
	}

	change := page.Items[m.random.IntN(len(page.Items))]

	current, err := m.w.Current(m.ctx(), m.line, change.Section)
	if err != nil {
		return
	}

	request, err := m.w.RestoreRequest(m.ctx(), change.ID, current.Revision, fmt.Sprintf("step %d of the test", m.step))
	if err != nil {
		return
	}

	request.Confirm = "test"
	result, err := m.w.Apply(m.ctx(), m.line, dave, request)
	m.remember(result, err)
}

// remember keeps what the console said; an error means that it did nothing.
func (m *model) remember(result changes.Result, err error) {
	if err == nil {
		m.told[result.Change.ID] = result.Change.Outcome
	}
}

func (m *model) decideLease() {
	open, err := m.w.Leases(m.ctx())
	if err != nil {
		m.t.Error(err)
	}

	if len(open) == 0 {
		return
	}

	id, reason := open[m.random.IntN(len(open))].ID, fmt.Sprintf("step %d of the test", m.step)

	// Each may be refused, which changes nothing; the end tells.
	switch m.random.IntN(3) {
	case 0:
		_, _ = m.w.End(m.ctx(), m.line, dave, id, reason)
	case 1:
		_, _ = m.w.Confirm(m.ctx(), dave, id, reason)
	default:
		term, _ := m.w.ParseTerm(fmt.Sprintf("%dm", 1+m.random.IntN(30)), "", "")
		_, _ = m.w.Extend(m.ctx(), dave, id, term, reason)
	}
}

func (m *model) changeOutside() {
	m.outside++

	var err error
	if m.random.IntN(2) == 0 {
		_, err = m.w.plain.UpdateConcurrencyConfig(m.ctx(), ops.ConcurrencyUpdate{
			PerAnalyst: 1 + m.random.IntN(100), ClusterTotal: 1 + m.random.IntN(1000),
		})
	} else {
		_, err = m.w.plain.UpdateExportConfig(m.ctx(), ops.ExportUpdate{MaxDurationSeconds: 60 + m.random.IntN(1000)})
	}

	if err != nil {
		m.t.Error(err)
	}
}

// tick is what the background does. It may fail: it comes again.
func (m *model) tick() {
	_ = m.w.Watch(m.ctx(), m.line)

	// One after the other, so that the seed decides what happens.
	for _, section := range changes.Sections() {
		_ = m.w.EndDue(m.ctx(), m.line, section.Name)
	}
}

// extendWhileEnding moves the end of a lease while the background reads what it would
// take back: once that was acknowledged, the lease goes on.
func (m *model) extendWhileEnding() {
	open, err := m.w.Leases(m.ctx())
	if err != nil {
		m.t.Error(err)
	}

	if len(open) == 0 {
		return
	}

	m.w.clock.pass(max(0, open[0].EndsAt.Sub(m.w.clock.now())) + 20*time.Second)

	var extended changes.Lease

	m.line.onRead = func() {
		term, _ := m.w.ParseTerm("20m", "", "")
		extended, err = m.w.Extend(m.ctx(), dave, open[0].ID, term, fmt.Sprintf("step %d of the test", m.step))
	}

	_ = m.w.EndDue(m.ctx(), m.line, open[0].Section)
	m.line.onRead = nil

	if err != nil || extended.ID == 0 {
		return
	}

	got, err := m.w.Lease(m.ctx(), extended.ID)
	if err != nil || got.State != changes.LeaseActive || got.EndChange != nil || !got.EndsAt.Equal(extended.EndsAt) {
		m.t.Errorf("it was extended, and then %+v, %v", got, err)
	}
}

// arrive lets a write arrive that nobody waits for any more, perhaps.
func (m *model) arrive() {
	if n := len(m.line.adrift); n > 0 {
		i := m.random.IntN(n)
		if err := m.line.adrift[i](); err != nil {
			m.t.Error(err)
		}

		m.line.adrift = append(m.line.adrift[:i], m.line.adrift[i+1:]...)
		m.late++
	}
}

// restart is a new console on the same database.
func (m *model) restart() {
	logger := slog.New(slog.DiscardHandler)
	m.w.log = audit.New(m.w.db, m.w.clock.now)
	m.w.Changes = changes.New(m.w.db, m.w.log, m.w.clock.now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	if err := m.w.Recover(m.ctx()); err != nil {
		m.t.Error(err)
	}
}

// recover gives a good line, and time for everything that is temporary to end.
func (m *model) recover() {
	m.line.bad = 0

	for range 100 {
		m.w.clock.pass(time.Minute)
		m.tick()
	}
}

// check holds what is there against what must be.
func (m *model) check() {
	m.checkChains()
	m.checkLeases()
	m.checkAudit()

	for id, outcome := range m.told {
		change, err := m.w.Get(m.ctx(), id)
		if err != nil {
			m.t.Errorf("change %d was acknowledged and is lost: %v", id, err)
		} else if (outcome == changes.Applied || outcome == changes.Failed) && change.Outcome != outcome {
			m.t.Errorf("change %d was acknowledged as %s and is %s", id, outcome, change.Outcome)
		}
	}

	if len(m.told) == 0 || m.outside == 0 || m.late == 0 {
		m.t.Error("the test did nothing")
	}
}

// checkChains: every value is explained by one chain of changes, from the first reading
// to what the control plane holds now.
func (m *model) checkChains() {
	for _, section := range []changes.SectionName{changes.Concurrency, changes.Export} {
		current, err := m.w.Current(m.ctx(), m.w.plain, section)
		if err != nil || current.Open != nil {
			m.t.Fatalf("%s is not settled: %+v, %v", section, current.Open, err)
		}

		values := current.Values

		for next := int64(0); ; {
			page, err := m.w.History(m.ctx(), changes.Filter{Section: section, Outcome: changes.Applied, Before: next, Limit: 500})
			if err != nil {
				m.t.Fatal(err)
			}

			for _, change := range page.Items {
				if d := current.Section.Diff(change.After, values); len(d) > 0 {
					m.t.Fatalf("%s: change %d (%s) leaves %v, and what follows begins with %v", section, change.ID, change.Source, change.After, values)
				}

				values = change.Before
			}

			if next = page.Next; next == 0 {
				break
			}
		}

		if section == changes.Export && values["max_duration_seconds"] != int64(3600) {
			m.t.Errorf("the chain of %s begins with %v", section, values)
		}
	}
}

// checkLeases: every lease is settled, or says why not.
func (m *model) checkLeases() {
	open, err := m.w.Leases(m.ctx())
	if err != nil {
		m.t.Fatal(err)
	}

	for _, lease := range open {
		if lease.State != changes.LeaseHeld || lease.Note == "" {
			m.t.Errorf("not settled: %+v", lease)
		}
	}

	page, err := m.w.LeaseHistory(m.ctx(), changes.LeaseFilter{State: changes.LeaseEnded, Limit: 1000})
	if err != nil {
		m.t.Fatal(err)
	}

	for _, lease := range page.Items {
		m.checkEnded(lease)
	}
}

// checkEnded: what took a lease back restored what the change that began it found.
func (m *model) checkEnded(lease changes.Lease) {
	if lease.EndChange == nil { // It had gone back already.
		return
	}

	began, err := m.w.Get(m.ctx(), lease.Change)
	if err != nil {
		m.t.Fatal(err)
	}

	end, err := m.w.Get(m.ctx(), *lease.EndChange)
	if err != nil {
		m.t.Fatal(err)
	}

	if end.Outcome != changes.Applied || end.Source != changes.SourceLeaseEnd || *end.Restores != lease.Change {
		m.t.Errorf("change %d ended lease %d: %+v", end.ID, lease.ID, end)
	}

	for name := range lease.Set {
		if !fieldOf(m.t, lease.Section, name).Equal(end.After[name], began.Before[name]) {
			m.t.Errorf("change %d was to take back %s of change %d: %v, not %v", end.ID, name, began.ID, end.After[name], began.Before[name])
		}
	}
}

func fieldOf(t *testing.T, section changes.SectionName, name string) changes.Field {
	t.Helper()

	s, err := changes.SectionOf(section)
	if err != nil {
		t.Fatal(err)
	}

	f, _ := s.Field(name)

	return f
}

// checkAudit: the chain holds, and every intent has an end.
func (m *model) checkAudit() {
	if state, err := m.w.log.Verify(m.ctx()); err != nil || state.Broken != "" {
		m.t.Errorf("%+v, %v", state, err)
	}

	ended := map[int64]bool{}

	var intents []int64

	for entry, err := range m.w.log.All(m.ctx(), audit.Filter{}) {
		if err != nil {
			m.t.Fatal(err)
		}

		switch entry.Outcome {
		case audit.Intent:
			intents = append(intents, entry.Seq)
		case audit.Done, audit.Failed:
			ended[entry.Intent] = true
		case audit.Refused, audit.Unknown:
		}
	}

	for _, seq := range intents {
		if !ended[seq] {
			m.t.Errorf("nobody knows how intent %d ended", seq)
		}
	}
}
