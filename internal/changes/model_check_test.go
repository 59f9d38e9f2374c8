package changes_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

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

	if len(m.told) == 0 || m.outside == 0 || m.late == 0 || m.restored == 0 {
		m.t.Errorf("the walk was too short: %d acknowledged, %d from outside, %d late, %d restored; want some of each",
			len(m.told), m.outside, m.late, m.restored)
	}
}

// checkChains: every value is explained by one chain of changes, from the first reading
// to what the control plane holds now.
func (m *model) checkChains() {
	for _, s := range ops.Sections() {
		section := s.Name

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

		if section == ops.SectionExport && values["max_duration_seconds"] != int64(3600) {
			m.t.Errorf("the chain of %s begins with %v, want 3600", section, values)
		}
	}
}

// checkLeases: every lease is settled, or says why not.
func (m *model) checkLeases() {
	open, err := m.w.Leases(m.ctx())
	if err != nil {
		m.t.Fatal(err)
	}

	for _, l := range open {
		if l.State != lease.Held || l.Note == "" {
			m.t.Errorf("not settled: %+v, want it held, with a note", l)
		}
	}

	page, err := m.w.LeaseHistory(m.ctx(), lease.Filter{State: lease.Ended, Limit: 1000})
	if err != nil {
		m.t.Fatal(err)
	}

	for _, l := range page.Items {
		m.checkEnded(l)
	}
}

// checkEnded: what took a lease back restored what the change that began it found.
func (m *model) checkEnded(l lease.Lease) {
	if l.EndChange == nil { // It had gone back already.
		return
	}

	began, err := m.w.Get(m.ctx(), l.Change)
	if err != nil {
		m.t.Fatal(err)
	}

	end, err := m.w.Get(m.ctx(), *l.EndChange)
	if err != nil {
		m.t.Fatal(err)
	}

	if end.Outcome != changes.Applied || end.Source != changes.SourceLeaseEnd || *end.Restores != l.Change {
		m.t.Errorf("change %d ended lease %d: %+v, want it applied as a restore of change %d", end.ID, l.ID, end, l.Change)
	}

	for name := range l.Set {
		if !fieldOf(m.t, l.Section, name).Equal(end.After[name], began.Before[name]) {
			m.t.Errorf("change %d was to take back %s of change %d: %v, not %v", end.ID, name, began.ID, end.After[name], began.Before[name])
		}
	}
}

func fieldOf(t *testing.T, section ops.SectionName, name string) ops.Field {
	t.Helper()

	s, err := ops.SectionOf(section)
	if err != nil {
		t.Fatal(err)
	}

	f, _ := s.Field(name)

	return f
}

// checkAudit: the chain holds, and every intent has an end.
func (m *model) checkAudit() {
	if state, err := m.w.log.Verify(m.ctx()); err != nil || state.Broken != "" {
		m.t.Errorf("got %+v, %v, want the audit log unbroken", state, err)
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
