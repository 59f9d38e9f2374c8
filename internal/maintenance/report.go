package maintenance

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// Report tells of a window when everything is as before.
type Report struct {
	Planned Span `json:"planned"`
	Actual  Span `json:"actual"`
	// Phases say how long each one took, in order.
	Phases []PhaseSpan `json:"phases"`
	// Restored says that everything that the window set is what it was before.
	Restored bool `json:"restored"`
	// Sections are those in which the window changed something.
	Sections []SectionReport `json:"sections"`
	// Updates are what users were told meanwhile, oldest first; null in reports from before there were any.
	Updates []Update `json:"updates"`
	// Jobs are those that operators ran between start and end.
	Jobs []JobRun `json:"jobs"`
	// Health is what the platform said at the end; VerifiedBy is who said that the
	// window is over although it was not healthy, with the reason.
	Health       ops.HealthStatus `json:"health"`
	VerifiedBy   string           `json:"verified_by"`
	VerifyReason string           `json:"verify_reason"`
}

// Span is from one moment to another.
type Span struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// PhaseSpan is a phase and how long it took.
type PhaseSpan struct {
	Phase   Phase     `json:"phase"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Seconds float64   `json:"seconds"`
}

// SectionReport is what happened to a section in which the window changed something.
type SectionReport struct {
	Section ops.SectionName `json:"section"`
	// Before and After hold every field, Set those that the window set. After is without
	// what is temporary: the next window may have begun.
	Before ops.Values `json:"before"`
	Set    ops.Values `json:"set"`
	After  ops.Values `json:"after"`
	// Differences are the fields that the window set and that are not what they were;
	// Others the fields that somebody else changed meanwhile.
	Differences []ops.Difference `json:"differences"`
	Others      []ops.Difference `json:"others"`
	// SetBy are those who set what differs, by the name of the field; one that is missing is not known.
	SetBy map[string]Setter `json:"set_by"`
	// Change set the values, EndChange took them back.
	Change    int64  `json:"change"`
	EndChange *int64 `json:"end_change"`
	// Note says how it ended where it did not go back by itself.
	Note string `json:"note"`
}

// Setter is who set a value, and with which change.
type Setter struct {
	Change int64          `json:"change"`
	Actor  string         `json:"actor"`
	Source changes.Source `json:"source"`
}

// From is who it was, and that it was outside this console where it was.
func (s Setter) From() string { return changes.Change{Actor: s.Actor, Source: s.Source}.From() }

// JobRun is a background job that an operator ran.
type JobRun struct {
	JobName string    `json:"job_name"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Reason  string    `json:"reason"`
}

// Acts returns what people did about the window, oldest first: by whom and why it was announced,
// started, extended, ended early, and what was decided. What the console did by itself stands in
// the phases.
func (s *Windows) Acts(ctx context.Context, id int64) ([]audit.Act, error) {
	acts, err := s.Audit.Acts(ctx, object(id))

	return slices.DeleteFunc(acts, func(a audit.Act) bool { return !changes.ByHand(a) }), err
}

// maxJobs bounds the jobs that a report names.
const maxJobs = 100

// report reads the settings once more and tells what became of them.
func (s *Windows) report(
	ctx context.Context, service ops.Service, w Window, leases []lease.Lease, now time.Time,
) (Report, error) {
	r := Report{
		Planned: Span{w.PlannedStartsAt, w.PlannedEndsAt}, Actual: Span{w.StartsAt, now}, Restored: true,
		Phases: spans(w.Steps, now), Sections: []SectionReport{}, Jobs: []JobRun{},
		Health: w.health, VerifiedBy: w.verifiedBy, VerifyReason: w.verifyReason,
	}
	if w.StartedAt != nil {
		r.Actual.StartsAt = *w.StartedAt
	}

	for _, l := range leases {
		section, err := s.sectionReport(ctx, service, l)
		if err != nil {
			return Report{}, err
		}

		r.Restored = r.Restored && len(section.Differences) == 0
		r.Sections = append(r.Sections, section)
	}

	events, err := s.EventsOf(ctx, w.ID)
	if err != nil {
		return Report{}, err
	}

	r.Updates = Updates(events)

	page, err := s.Audit.List(ctx, audit.Filter{
		Action: audit.JobTrigger, Outcome: audit.Done, From: r.Actual.StartsAt, Until: now, Limit: maxJobs,
	})
	if err != nil {
		return Report{}, err
	}

	for _, e := range slices.Backward(page.Items) {
		r.Jobs = append(r.Jobs, JobRun{
			JobName: strings.TrimPrefix(e.Object, "jobs/"), At: e.At, Actor: e.Actor, Reason: e.Reason,
		})
	}

	return r, nil
}

// spans are the phases of a window that is over now.
func spans(steps []Step, now time.Time) []PhaseSpan {
	out := make([]PhaseSpan, 0, len(steps))

	for i, step := range steps {
		until := now
		if i+1 < len(steps) {
			until = steps[i+1].At
		}

		if step.Phase.Final() {
			break
		}

		// A clock that was set back makes no phase shorter than nothing.
		out = append(out, PhaseSpan{Phase: step.Phase, From: step.At, Until: until, Seconds: max(0, until.Sub(step.At).Seconds())})
	}

	return out
}

func (s *Windows) sectionReport(ctx context.Context, service ops.Service, l lease.Lease) (SectionReport, error) {
	began, err := s.Changes.Get(ctx, l.Change)
	if err != nil {
		return SectionReport{}, err
	}

	current, err := s.Changes.Current(ctx, service, l.Section)
	if err != nil {
		return SectionReport{}, err
	}

	after, err := s.permanentValues(ctx, current)
	if err != nil {
		return SectionReport{}, err
	}

	r := SectionReport{
		Section: l.Section, Before: began.Before, Set: l.Set, After: after,
		Differences: []ops.Difference{}, Others: []ops.Difference{}, SetBy: map[string]Setter{},
		Change: l.Change, EndChange: l.EndChange, Note: l.Note,
	}

	differences := current.Section.Diff(began.Before, after)

	fields := make([]string, 0, len(differences))
	for _, d := range differences {
		fields = append(fields, d.Field.Name)
	}

	current.Values = after

	by, err := s.Changes.SetBy(ctx, current, fields)
	if err != nil {
		return SectionReport{}, err
	}

	for name, change := range by {
		r.SetBy[name] = Setter{Change: change.ID, Actor: change.Actor, Source: change.Source}
	}

	for _, d := range differences {
		if _, ours := l.Set[d.Field.Name]; ours {
			r.Differences = append(r.Differences, d)
		} else {
			r.Others = append(r.Others, d)
		}
	}

	return r, nil
}

// permanentValues is what a section holds but for what is temporary: the next window may have
// begun already.
func (s *Windows) permanentValues(ctx context.Context, current changes.Current) (ops.Values, error) {
	open, err := s.Changes.Leases(ctx)
	if err != nil {
		return nil, err
	}

	values := current.Values.Clone()

	for _, lease := range open {
		if lease.Section == current.Section.Name {
			maps.Copy(values, lease.Before)
		}
	}

	return values, nil
}
