package changes_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

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
	// points are those that were kept, restored counts the sections that went back to one.
	points   []int64
	restored int
}

func TestModel(t *testing.T) {
	t.Parallel()
	worldtest.Walk(t, 400, 400, runModel)
}

func runModel(t *testing.T, db *store.DB, seed uint64, steps int) {
	t.Helper()

	random := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, db)
	m := &model{
		t: t, w: w, random: random, line: &unreliable{Service: w.plain, random: random}, told: map[int64]changes.Outcome{},
	}

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("failed at step %d of %d", m.step, steps)
		}
	})

	// What is there at the beginning is what every chain of changes begins with.
	if err := w.Watch(t.Context(), w.plain); err != nil {
		t.Fatal(err)
	}

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
	case n < 48:
		m.restoreAny()
	case n < 49:
		m.keep()
	case n < 52:
		m.restorePoint()
	case n < 59:
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
		m.pass(time.Duration(1+m.random.IntN(600)) * time.Second)
	}
}

func (m *model) ctx() context.Context { return m.t.Context() }

func (m *model) pass(d time.Duration) { worldtest.Pass(m.t, m.w.db, m.w.clock, d) }

// section is one of the four, and what to set in it; some of it is refused.
func (m *model) section() (ops.SectionName, ops.Values) {
	switch m.random.IntN(6) {
	case 0:
		return ops.SectionExport, ops.Values{"max_duration_seconds": int64(60 + m.random.IntN(1000))}
	case 1:
		return ops.SectionConcurrency, ops.Values{"per_analyst": int64(1 + m.random.IntN(100))}
	case 2:
		return ops.SectionConcurrency, ops.Values{"cluster_total": int64(1 + m.random.IntN(1000))}
	case 3:
		kind := []string{"mapping", "snapshot", "instance"}[m.random.IntN(3)]
		rule := []string{"default_ttl", "default_inactivity", "max_ttl"}[m.random.IntN(3)]

		return ops.SectionLifecycle, ops.Values{kind + "." + rule: m.duration()}
	case 4:
		return ops.SectionMaintenance, ops.Values{"enabled": m.random.IntN(2) == 0}
	default:
		return ops.SectionMaintenance, ops.Values{"message": fmt.Sprintf("step %d", m.step)}
	}
}

// duration is some hours, or none at all.
func (m *model) duration() any {
	if m.random.IntN(4) == 0 {
		return nil
	}

	return fmt.Sprintf("PT%dH", 1+m.random.IntN(100))
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

// keep keeps a point, if every section can be read and is settled.
func (m *model) keep() {
	if point, err := m.w.Keep(m.ctx(), m.line, dave, fmt.Sprintf("point %d", m.step), "to go back to"); err == nil {
		m.points = append(m.points, point.ID)
	}
}

// restorePoint goes back to a point, as far as the line lets it.
func (m *model) restorePoint() {
	if len(m.points) == 0 {
		return
	}

	id := m.points[m.random.IntN(len(m.points))]

	plan, err := m.w.PreviewPoint(m.ctx(), m.line, id)
	if err != nil {
		m.t.Error(err)
	}

	done, err := m.w.RestorePoint(m.ctx(), m.line, dave, id, plan.Revision, fmt.Sprintf("step %d of the test", m.step), "test")
	if err != nil {
		return
	}

	for _, part := range done.Sections {
		if part.Change != nil {
			m.told[part.Change.ID] = part.Change.Outcome
			m.restored++
		}
	}
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

	switch m.random.IntN(4) {
	case 0:
		_, err = m.w.plain.UpdateConcurrencyConfig(m.ctx(), opstest.Limits(1+m.random.IntN(100), 1+m.random.IntN(1000)))
	case 1:
		_, err = m.w.plain.UpdateExportConfig(m.ctx(), ops.ExportUpdate{MaxDurationSeconds: 60 + m.random.IntN(1000)})
	case 2:
		idle := fmt.Sprintf("PT%dH", 1+m.random.IntN(100))
		_, err = m.w.plain.UpdateLifecycleConfig(m.ctx(), ops.LifecycleUpdate{Mapping: &ops.LifecycleRuleUpdate{DefaultInactivity: &idle}})
	default:
		_, err = m.w.plain.SetMaintenanceMode(m.ctx(), ops.MaintenanceUpdate{
			Enabled: m.random.IntN(2) == 0, Message: fmt.Sprintf("step %d", m.step),
		})
	}

	if err != nil {
		m.t.Error(err)
	}
}

// tick is what the background does. It may fail: it comes again.
func (m *model) tick() {
	_ = m.w.Watch(m.ctx(), m.line)

	// One after the other, so that the seed decides what happens.
	for _, section := range ops.Sections() {
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

	m.pass(max(0, open[0].EndsAt.Sub(m.w.clock.Now())) + 20*time.Second)

	var extended lease.Lease

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
	if err != nil || got.State != lease.Active || got.EndChange != nil || !got.EndsAt.Equal(extended.EndsAt) {
		m.t.Errorf("it was extended, and then %+v, %v, want it active until %s", got, err, extended.EndsAt)
	}
}

// arrive lets a write arrive that nobody waits for any more, perhaps.
func (m *model) arrive() {
	if n := len(m.line.adrift); n > 0 {
		i := m.random.IntN(n)
		// Of the lifecycle a request names some fields, which may not fit the others any more.
		if err := m.line.adrift[i](); err != nil && ops.AsError(err).Code != ops.CodeValidationFailed {
			m.t.Error(err)
		}

		m.line.adrift = append(m.line.adrift[:i], m.line.adrift[i+1:]...)
		m.late++
	}
}

// restart is a new console on the same database.
func (m *model) restart() {
	logger := slog.New(slog.DiscardHandler)
	m.w.log = audit.New(m.w.db, m.w.clock.Now)
	m.w.Changes = changes.New(m.w.db, m.w.log, m.w.clock.Now, logger, changes.Policy{Environment: "test", ConfirmBelow: 0.5})

	if err := m.w.Recover(m.ctx()); err != nil {
		m.t.Error(err)
	}
}

// recover gives a good line, and time for everything that is temporary to end.
func (m *model) recover() {
	m.line.bad = 0

	for range 100 {
		m.pass(time.Minute)
		m.tick()
	}
}
