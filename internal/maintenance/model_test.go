package maintenance_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestModel announces windows at random while the console is killed at any step, the
// control plane fails, loses answers or is not healthy, people lose their role, and the
// clock jumps by an hour, forward and back. At the end every setting is as it was.
func TestModel(t *testing.T) {
	t.Parallel()
	worldtest.Walk(t, 50, 50, runModel)
}

// model drives windows at random.
type model struct {
	*world

	t      *testing.T
	random *rand.Rand

	announced, kills, jumps int
	// bad is the chance that a call breaks, and deadly that it takes the console with it.
	bad, deadly float64
	// started are the windows that were seen active.
	started map[int64]bool
}

var errKilled = errors.New("killed")

func runModel(t *testing.T, db *store.DB, seed uint64, windows int) {
	t.Helper()

	m := &model{world: newWorld(t, db), t: t, random: rand.New(rand.NewPCG(seed, 4)), started: map[int64]bool{}}
	before := m.platform(t)

	m.line.fail(m.before, m.after)
	m.heard.fault = m.crash

	for m.announced < windows && !t.Failed() {
		m.weather()
		m.alive(m.act)
		m.alive(func() { _ = m.Tick(m.ctx(), m.line) })
		m.look()
		worldtest.Pass(t, db, m.clock, time.Duration(m.random.IntN(60))*time.Second)
	}

	m.calm()
	m.check(before)

	if m.kills == 0 || m.jumps == 0 || len(m.started) == 0 {
		t.Errorf("the walk was too short: %d kills, %d jumps, %d windows started; want some of each", m.kills, m.jumps, len(m.started))
	}
}

func (m *model) ctx() context.Context { return m.t.Context() }

func (m *model) chance(p float64) bool { return m.random.Float64() < p }

// before breaks a call that is not made.
func (m *model) before(bool) error {
	m.crash()

	switch {
	case !m.chance(m.bad):
		return nil
	case m.chance(0.5):
		return down()
	default:
		return lost()
	}
}

// after loses the answer of a call that was made.
func (m *model) after(bool) error {
	m.crash()

	if m.chance(m.bad) {
		return lost()
	}

	return nil
}

// crash kills the console, also within a transaction.
func (m *model) crash() {
	if m.chance(m.deadly) {
		panic(errKilled)
	}
}

// alive does something; if that kills the console, a new one starts.
func (m *model) alive(act func()) {
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); !ok || !errors.Is(err, errKilled) {
				panic(r)
			}

			m.kills++
			m.begin()

			if err := m.changes.Recover(m.ctx()); err != nil {
				m.t.Error(err)
			}
		}
	}()

	act()
}

// weather changes what can go wrong, and the clock.
func (m *model) weather() {
	if m.chance(0.1) {
		m.bad = []float64{0, 0, 0, 0.1, 0.4, 1}[m.random.IntN(6)]
		m.deadly = []float64{0, 0.02, 0.1}[m.random.IntN(3)]
	}

	if m.chance(0.05) {
		m.line.feel([]ops.HealthStatus{ops.Healthy, ops.Healthy, ops.Degraded, ops.Unhealthy}[m.random.IntN(4)])
	}

	if m.chance(0.05) {
		m.people.set("dave", m.chance(0.3))
	}

	if m.chance(0.01) {
		m.jumps++
		m.clock.Advance([]time.Duration{-time.Hour, time.Hour}[m.random.IntN(2)])
	}
}

// act does one thing that an operator may do. It may be refused, or fail: the end tells.
func (m *model) act() {
	if m.chance(0.5) {
		m.announceOne()

		return
	}

	open, err := m.Open(m.ctx())
	if err != nil {
		m.t.Fatal(err)
	}

	if len(open) == 0 {
		return
	}

	window := open[m.random.IntN(len(open))]
	why := maintenance.Act{Reason: fmt.Sprintf("a reason for window %d", window.ID)}

	switch m.random.IntN(16) {
	case 0:
		_, _ = m.Start(m.ctx(), m.line, olga, window.ID, why)
	case 1:
		_, _ = m.End(m.ctx(), m.line, olga, window.ID, why)
	case 2:
		_, _ = m.Extend(m.ctx(), olga, window.ID, why, window.EndsAt.Add(m.minutes(10)))
	case 3:
		_, _ = m.Cancel(m.ctx(), m.line, olga, window.ID, why, maintenance.This)
	case 4, 5:
		_, _ = m.Verify(m.ctx(), m.line, olga, window.ID, why)
	case 6, 7:
		_, _ = m.TakeOver(m.ctx(), m.line, olga, window.ID, why)
	case 8:
		startsAt, settings := window.StartsAt.Add(m.minutes(5)), m.settings()
		_, _ = m.Update(m.ctx(), m.line, olga, window.ID, maintenance.Edit{
			Revision: window.Revision, StartsAt: &startsAt, Settings: &settings, Reason: why.Reason, Confirm: "test",
		})
	case 9:
		_ = m.changes.Watch(m.ctx(), m.line)
	default:
		_ = m.ApplyBoundary(m.ctx(), m.line, window.ID, window.Revision-int64(m.random.IntN(2)))
	}
}

func (m *model) minutes(most int) time.Duration {
	return time.Duration(1+m.random.IntN(most)) * time.Minute
}

func (m *model) announceOne() {
	draft := patching()
	draft.StartsAt = m.clock.Now().Add(m.minutes(15))
	draft.EndsAt = draft.StartsAt.Add(m.minutes(6))
	draft.Reason = fmt.Sprintf("the %d. window of the test", m.announced+1)
	draft.MaintenanceMode, draft.Settings = m.chance(0.7), m.settings()

	if m.chance(0.1) {
		draft.StartsAt = time.Time{} // now
	}

	if _, err := m.Announce(m.ctx(), m.line, dave, draft); err == nil {
		m.announced++
	}
}

func (m *model) settings() maintenance.Settings {
	s := maintenance.Settings{}

	if m.chance(0.5) {
		s[ops.SectionConcurrency] = ops.Values{"per_analyst": int64(6 + m.random.IntN(10))} // never what is set already
	}

	if m.chance(0.3) {
		s[ops.SectionExport] = ops.Values{"max_duration_seconds": int64(60 + m.random.IntN(100))}
	}

	if m.chance(0.3) {
		s[ops.SectionLifecycle] = ops.Values{"snapshot.default_inactivity": []any{nil, "P1D", "PT72H"}[m.random.IntN(3)]}
	}

	return s
}

// look wants every active window to have everything applied: nothing is reported as
// started before it is.
func (m *model) look() {
	active, err := m.List(m.ctx(), maintenance.Filter{Phases: []maintenance.Phase{maintenance.Active}})
	if err != nil {
		m.t.Fatal(err)
	}

	for _, window := range active.Items {
		if window.Phase != maintenance.Active {
			continue // its end has come
		}

		m.started[window.ID] = true

		p := m.platform(m.t)
		if window.MaintenanceMode && (!p.maintenance.Enabled || p.maintenance.Message != window.Message) {
			m.t.Errorf("window %d is active, and maintenance mode is %+v, want it on with %q", window.ID, p.maintenance, window.Message)
		}

		if want, ok := window.Settings[ops.SectionConcurrency]; ok && want["per_analyst"] != int64(p.concurrency.PerAnalyst) {
			m.t.Errorf("window %d is active, and the limits are %+v, not %v", window.ID, p.concurrency, want)
		}

		if want, ok := window.Settings[ops.SectionExport]; ok && want["max_duration_seconds"] != int64(p.export.MaxDurationSeconds) {
			m.t.Errorf("window %d is active, and the export limit is %+v, not %v", window.ID, p.export, want)
		}
	}
}

// calm lets everything come to its end.
func (m *model) calm() {
	m.bad, m.deadly = 0, 0
	m.line.feel(ops.Healthy)
	m.people.set("dave", false)

	for range 5 * 60 {
		worldtest.Pass(m.t, m.db, m.clock, time.Minute)
		m.alive(func() { m.tick(m.t) })
	}
}

func (m *model) check(before platform) {
	if after := m.platform(m.t); !same(before, after) {
		m.t.Errorf("the settings are %+v, and were %+v", after, before)
	}

	cursor := ""
	for more := true; more; more = cursor != "" {
		page, err := m.List(m.ctx(), maintenance.Filter{Cursor: cursor})
		if err != nil {
			m.t.Fatal(err)
		}

		for _, window := range page.Items {
			m.checkWindow(window)
		}

		cursor = page.Next
	}

	if open, err := m.changes.Leases(m.ctx()); err != nil || len(open) > 0 {
		m.t.Errorf("%+v are open, %v; want none", open, err)
	}

	m.verifyAudit(m.t)
	m.checkIntents()
}

func (m *model) checkWindow(window maintenance.Window) {
	if !window.Phase.Final() && window.Note == "" || window.Overdue {
		m.t.Errorf("window %d is %s and does not say why: %+v", window.ID, window.Phase, window)
	}

	if window.Report != nil && !window.Report.Restored {
		m.t.Errorf("window %d: got %+v, want it restored", window.ID, window.Report)
	}

	if (window.Phase == maintenance.Completed) != (window.Report != nil && window.StartedAt != nil) {
		m.t.Errorf("window %d is %s, started %v, with report %+v; want both if completed, else not both", window.ID, window.Phase, window.StartedAt, window.Report)
	}

	leases, err := m.Leases(m.ctx(), window.ID)
	if err != nil {
		m.t.Fatal(err)
	}

	sections := map[ops.SectionName]bool{}
	for _, l := range leases {
		if sections[l.Section] || l.State != lease.Ended {
			m.t.Errorf("window %d: got %+v, want one lease of each section, ended", window.ID, l)
		}

		sections[l.Section] = true
	}

	events, err := m.EventsOf(m.ctx(), window.ID)
	if err != nil || len(events) == 0 || events[0].Kind != maintenance.EventAnnounced {
		m.t.Errorf("window %d: got %+v, %v; want announced first", window.ID, events, err)
	}

	for i, event := range events {
		if event.Window.Sequence != int64(i) {
			m.t.Errorf("window %d: event %d has sequence %d, want %d", window.ID, i, event.Window.Sequence, i)
		}
	}

	last := events[len(events)-1].Kind
	if want := map[maintenance.Phase]maintenance.EventKind{
		maintenance.Completed: maintenance.EventEnded, maintenance.Missed: maintenance.EventCancelled,
		maintenance.Cancelled: maintenance.EventCancelled,
	}[window.Phase]; want != last {
		m.t.Errorf("window %d is %s, and subscribers heard %s last, want %s", window.ID, window.Phase, last, want)
	}
}

// checkIntents: it is known of every intent how it ended.
func (m *model) checkIntents() {
	var intents, ended []int64

	for entry, err := range m.log.All(m.ctx(), audit.Filter{}) {
		if err != nil {
			m.t.Fatal(err)
		}

		switch entry.Outcome {
		case audit.Intent:
			intents = append(intents, entry.Seq)
		case audit.Done, audit.Failed:
			ended = append(ended, entry.Intent)
		case audit.Refused, audit.Unknown:
		}
	}

	slices.Sort(ended)

	for _, seq := range intents {
		if _, found := slices.BinarySearch(ended, seq); !found {
			m.t.Errorf("nobody knows how intent %d ended", seq)
		}
	}
}
