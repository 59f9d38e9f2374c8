package maintenance

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// Phase is where a window stands.
type Phase string

// The phases. A window is announced, then active from its start to its end, then
// verifying until the platform is healthy and everything is as before: then it is
// completed. Overrun is past its end on a platform that is not healthy. Held waits for
// an operator, and its note says what for. Missed could not be started before its end.
const (
	Announced Phase = "announced"
	Active    Phase = "active"
	Verifying Phase = "verifying"
	Completed Phase = "completed"
	Cancelled Phase = "cancelled"
	Overrun   Phase = "overrun"
	Held      Phase = "held"
	Missed    Phase = "missed"
)

// Phases lists them all, for filters.
func Phases() []Phase {
	return []Phase{Announced, Active, Verifying, Overrun, Held, Completed, Cancelled, Missed}
}

// Final reports whether nothing follows the phase.
func (p Phase) Final() bool { return p == Completed || p == Cancelled || p == Missed }

// Settings are temporary values by section.
type Settings map[ops.SectionName]ops.Values

// Plan is what a window says to users and does to the platform.
type Plan struct {
	// Title has 1 to 120 characters, Message 1 to 2,000 of a Markdown subset, kept as typed.
	Title   string `json:"title"`
	Message string `json:"message"`
	// MaintenanceMode says that maintenance mode is on for the window's length, with the
	// window's message.
	MaintenanceMode bool     `json:"maintenance_mode"`
	Settings        Settings `json:"settings"`
	// AlertMatchers say which alerts are silenced for the window's length, as Alertmanager writes
	// matchers: those for which all hold. [] silences none; in a draft or a template nil is the default.
	AlertMatchers []string `json:"alert_matchers"`
}

// Window is a span of time in which something is done to the platform.
type Window struct {
	Plan
	Clocks
	failure.Failure

	ID int64 `json:"id"`
	// UID is the window's name in calendars: it never changes and is never used again.
	UID string `json:"uid"`
	// Revision grows with everything that happens to the window, Sequence with what
	// subscribers are told.
	Revision int64 `json:"revision"`
	Sequence int64 `json:"sequence"`
	// Phase is derived from what was done and from the clock: a window past its end is
	// not active, also when nobody has come round to ending it.
	Phase Phase `json:"phase"`

	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	// TimeZone is the IANA name of the zone that the window was announced in.
	TimeZone string `json:"time_zone"`
	// Recurrence is the RRULE of the series that the window is one of, Series its id and
	// Occurrence its number there, from 1; nil, nil and 0 for a window that stands alone.
	Recurrence *string `json:"recurrence"`
	Series     *int64  `json:"series"`
	Occurrence int64   `json:"occurrence"`

	Reason      string    `json:"reason"`
	AnnouncedBy string    `json:"announced_by"`
	AnnouncedAt time.Time `json:"announced_at"`
	// ActsFor is in whose name the window does what it does: who announced it, started
	// it by hand or took it over.
	ActsFor   string    `json:"acts_for"`
	UpdatedAt time.Time `json:"updated_at"`

	// StartedAt is when everything was applied, EndedAt when everything was as before.
	StartedAt *time.Time `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	// BackAt is when users had the platform back: nothing of the window kept them out any more,
	// though an operator may have had to decide about the rest.
	BackAt *time.Time `json:"back_at"`
	// PlannedStartsAt and PlannedEndsAt are the times as they were announced, before the
	// window was started by hand, extended or ended early.
	PlannedStartsAt time.Time `json:"planned_starts_at"`
	PlannedEndsAt   time.Time `json:"planned_ends_at"`

	// Overdue says that something should have happened and has not yet. Note says why,
	// what a held window waits for, or why it was missed or is overrun. The code and the
	// details of an error that it tells of are in Failure.
	Overdue bool   `json:"overdue"`
	Note    string `json:"note"`

	// Unknown says that nobody knows whether it has begun, or is over, though the time for that has
	// come: see [Window.Remembered].
	Unknown bool `json:"-"`

	// Steps are the phases so far, oldest first.
	Steps []Step `json:"phases"`
	// Report is there once everything is as before.
	Report *Report `json:"report"`
	// Silence is what became of the alerts that are silenced, nil before it has begun and for a
	// window that silences none.
	Silence *Silence `json:"silence"`

	// stored is the phase in the database, without the clock.
	stored Phase
	// wall is the date of the series, as its rule has it, and words says when it recurs.
	wall, words string
	// verifiedAt is when the end could begin: the platform was healthy, or verifiedBy
	// said that it is over.
	verifiedAt   time.Time
	verifiedBy   string
	verifyReason string
	health       ops.HealthStatus
	// phaseNote belongs to the phase, tryNote to what is being tried; Note is both.
	phaseNote, tryNote string
	// dueAt is when something is to be done next, zero when nothing is; what failed is
	// tried again at nextTryAt.
	dueAt     time.Time
	tries     int
	nextTryAt time.Time
}

// Step is a phase that a window was in.
type Step struct {
	Phase Phase     `json:"phase"`
	At    time.Time `json:"at"`
}

// Length is from start to end as they are now.
func (w Window) Length() time.Duration { return w.EndsAt.Sub(w.StartsAt) }

// Running reports whether the window has begun to act and is not over.
func (w Window) Running() bool { return w.StartedAt != nil && !w.Phase.Final() }

// Due reports whether something of the window is to be done now.
func (w Window) Due(now time.Time) bool { return !w.dueAt.IsZero() && !w.dueAt.After(now) }

// Lag is how long ago that should have happened of the window that is overdue: its start, if it may
// still begin, or its end.
func (w Window) Lag(now time.Time) time.Duration {
	switch {
	case !w.Overdue:
		return 0
	case w.Phase == Announced:
		return now.Sub(w.StartsAt)
	default:
		return max(0, now.Sub(w.EndsAt))
	}
}

// Location is the window's zone.
func (w Window) Location() *time.Location { return calendar.Location(w.TimeZone) }

// Words says when a window of a series recurs, "every second Tuesday at 22:00
// Europe/Berlin"; "" for one that stands alone.
func (w Window) Words() string { return w.words }

// WeekNote says where weeks begin, if the rule of the window's series makes that matter; else "".
func (w Window) WeekNote() string {
	if w.Recurrence == nil {
		return ""
	}

	rule, err := calendar.KeptRule(*w.Recurrence)
	if err != nil {
		return ""
	}

	return rule.WeekNote()
}

// overdueAfter is when a boundary that nobody has come round to counts as overdue.
const overdueAfter = 10 * time.Second

// derive sets what depends on the clock.
func (w *Window) derive(now time.Time) {
	w.Phase, w.Overdue = w.stored, false
	w.showClocks()

	switch {
	case w.stored.Final(): // why it was missed stays, whatever putting back meets with
		w.Note = strings.TrimSpace(w.phaseNote + " " + w.tryNote)
	case w.tryNote != "":
		w.Note = w.tryNote
	default:
		w.Note = w.phaseNote
	}

	if w.Note == "" { // a version before this one clears the note alone
		w.Failure = failure.Failure{}
	}

	switch {
	case w.stored == Active && !now.Before(w.EndsAt):
		w.Phase = Verifying
		w.Overdue = !now.Before(w.EndsAt.Add(overdueAfter))
	case w.waiting() && !now.Before(w.EndsAt):
		w.Phase = Missed
	case w.stored == Announced:
		w.Overdue = !now.Before(w.StartsAt.Add(overdueAfter))
	case w.stored == Verifying:
		w.Overdue = !now.Before(w.phaseBegan().Add(overdueAfter))
	}

	w.Overdue = w.Overdue || w.tries > 0
}

// waiting reports whether the window has not started and still may.
func (w *Window) waiting() bool {
	return w.stored == Announced || w.stored == Held && w.StartedAt == nil
}

// enter moves the window to a phase.
func (w *Window) enter(phase Phase, now time.Time) {
	w.stored, w.phaseNote, w.Failure = phase, "", failure.Failure{}
	w.Steps = append(w.Steps, Step{Phase: phase, At: now})
	w.schedule()
}

// epoch is when something is due that waits for nothing but itself.
func epoch() time.Time { return time.Unix(0, 0).UTC() }

// schedule says when something is to be done next.
func (w *Window) schedule() {
	if w.tries, w.nextTryAt = 0, (time.Time{}); w.tryNote != "" {
		w.tryNote, w.Failure = "", failure.Failure{}
	}

	switch {
	case w.stored == Announced:
		w.dueAt = w.StartsAt
	case w.stored == Active || w.waiting():
		w.dueAt = w.EndsAt
	case w.stored == Completed:
		w.dueAt = time.Time{}
	default:
		w.dueAt = epoch()
	}
}
