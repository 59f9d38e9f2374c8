package announce

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// Announcements is what users are told.
type Announcements struct {
	// Now is when this was looked at.
	Now time.Time `json:"-"`
	// AsOf is since when it is so: the last time that a window changed or that one
	// began or ended by the clock. It is zero when nothing was ever announced.
	AsOf time.Time `json:"as_of,omitzero"`
	// Stale says that the windows could not be read: this is what was known last.
	Stale   bool    `json:"stale"`
	Overall Overall `json:"overall"`
	// Current is under way, Upcoming is to come; what starts first leads.
	Current  []Announcement `json:"current"`
	Upcoming []Announcement `json:"upcoming"`
	// Past is over or cancelled, also what would have been later; what started last leads.
	Past []Announcement `json:"past"`
	// Cancelled are those of Past whose time is not over yet; what was to start first leads.
	Cancelled []Announcement `json:"cancelled"`
	// Uptimes are how components answered, a document of their own.
	Uptimes Uptimes `json:"-"`
}

// Overall is the state of the whole platform.
type Overall struct {
	// Status is healthy, degraded, unhealthy or [Unknown].
	Status ops.HealthStatus `json:"status"`
	// Label says it in words.
	Label string `json:"label"`
}

// Unknown is the status of a platform that does not say how it is.
const Unknown ops.HealthStatus = "unknown"

// Announcement is a maintenance window as users see it.
type Announcement struct {
	// UID names the window for ever, Sequence grows with what is told about it.
	UID      string `json:"uid"`
	Sequence int64  `json:"sequence"`
	// URL is where the page tells of it, "" where there is no page.
	URL   string `json:"url"`
	Title string `json:"title"`
	// Phase is announced, active, verifying, overrun, completed or cancelled.
	Phase maintenance.Phase `json:"phase"`
	// Label says in words where the window stands.
	Label string `json:"label"`
	// Overrun says that it takes longer than planned.
	Overrun bool `json:"overrun"`
	// Unknown says that nobody knows whether it has begun, or is over, though the time for that has come: the phase is
	// the one that was known last.
	Unknown     bool   `json:"unknown,omitempty"`
	MessageHTML HTML   `json:"message_html"`
	MessageText string `json:"message_text"`

	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	// StartedAt and EndedAt are when it really did.
	StartedAt *time.Time `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	// TimeZone is the zone in which it was announced, an IANA name.
	TimeZone  string    `json:"time_zone"`
	UpdatedAt time.Time `json:"updated_at"`
	// Updates are what operators told while it was under way, oldest first.
	Updates []Update `json:"updates"`

	zone    *time.Location
	changes []change
}

// View returns what users are told of the windows, given all events of theirs, oldest first; page
// is where the announcements are shown.
func View(windows []maintenance.Window, events []maintenance.Event, health ops.HealthStatus, now time.Time, page *url.URL) Announcements {
	v := Announcements{
		Now: now, Overall: overall(health),
		Current: []Announcement{}, Upcoming: []Announcement{}, Past: []Announcement{}, Cancelled: []Announcement{},
	}

	byWindow := map[string][]maintenance.Event{}
	for _, e := range events {
		byWindow[e.Window.UID] = append(byWindow[e.Window.UID], e)
	}

	for _, w := range windows {
		a := Of(w, byWindow[w.UID], now, page)

		switch a.Phase {
		case maintenance.Announced:
			v.Upcoming = append(v.Upcoming, a)
		case maintenance.Completed, maintenance.Cancelled:
			v.Past = append(v.Past, a)

			if a.calledOff(now) {
				v.Cancelled = append(v.Cancelled, a)
			}
		default:
			v.Current = append(v.Current, a)
		}

		for _, at := range append(boundaries(w), updatedAt(w)) {
			if !at.After(now) && at.After(v.AsOf) {
				v.AsOf = at
			}
		}
	}

	slices.SortStableFunc(v.Current, byStart)
	slices.SortStableFunc(v.Upcoming, byStart)
	slices.SortStableFunc(v.Cancelled, byStart)
	slices.SortStableFunc(v.Past, func(a, b Announcement) int { return byStart(b, a) })

	return v
}

// Over is Past without what is Cancelled.
func (v Announcements) Over() []Announcement {
	return slices.DeleteFunc(slices.Clone(v.Past), func(a Announcement) bool { return a.calledOff(v.Now) })
}

// calledOff reports whether the window was cancelled and its time is not over yet.
func (a Announcement) calledOff(now time.Time) bool {
	return a.Phase == maintenance.Cancelled && now.Before(a.EndsAt)
}

// boundaries are when the clock alone changes what is told of a window.
func boundaries(w maintenance.Window) []time.Time {
	if phase := phaseOf(w); phase == maintenance.Completed || phase == maintenance.Cancelled {
		return nil
	}

	return []time.Time{w.StartsAt.UTC(), w.EndsAt.UTC()}
}

// changesAt is when the clock next changes what is told, an hour from now at the latest.
func changesAt(windows []maintenance.Window, now time.Time) time.Time {
	next := now.Add(time.Hour)

	for _, w := range windows {
		moments := append(boundaries(w), w.EndsAt)     // then what was cancelled is not to come any more
		if len(moments) > 1 && !now.Before(w.EndsAt) { // in calendars the end moves on that has passed
			moments = append(moments, w.EndsAt.Add(lateAfter), now.Truncate(refresh).Add(refresh))
		}

		for _, at := range moments {
			if at.After(now) && at.Before(next) {
				next = at
			}
		}
	}

	return next
}

func byStart(a, b Announcement) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.UID, b.UID))
}

// Of returns what users are told of one window, given its events, oldest first; page is nil where
// there is none.
func Of(w maintenance.Window, events []maintenance.Event, now time.Time, page *url.URL) Announcement {
	message := Render(w.Message)
	phase := phaseOf(w)

	address := ""

	if page != nil {
		to := *page
		to.Fragment = w.UID
		address = to.String()
	}

	return Announcement{
		UID: w.UID, Sequence: w.Sequence, URL: address, Title: w.Title, Phase: phase, Label: label(w, phase, now),
		Overrun: phase == maintenance.Overrun, Unknown: unknown(w),
		MessageHTML: message.HTML, MessageText: message.Text,
		StartsAt: w.StartsAt.UTC(), EndsAt: w.EndsAt.UTC(), StartedAt: w.StartedAt, EndedAt: cmp.Or(w.BackAt, w.EndedAt),
		TimeZone: w.TimeZone, UpdatedAt: updatedAt(w), zone: w.Location(),
		Updates: updatesOf(events), changes: changesOf(events),
	}
}

// updatedAt is when what users are told was written last: what operators decide once users have
// the platform back is no news to them.
func updatedAt(w maintenance.Window) time.Time {
	if w.BackAt != nil && w.BackAt.Before(w.UpdatedAt) {
		return w.BackAt.UTC()
	}

	return w.UpdatedAt.UTC()
}

// phaseOf is the phase as far as it matters to users: that a window waits for an operator once
// they have the platform back, or why it did not take place, is not for them.
func phaseOf(w maintenance.Window) maintenance.Phase {
	switch {
	case w.Phase == maintenance.Missed:
		return maintenance.Cancelled
	case w.Phase == maintenance.Held && w.StartedAt == nil:
		return maintenance.Announced
	case w.BackAt != nil:
		return maintenance.Completed
	case w.Phase == maintenance.Held:
		return maintenance.Overrun
	default:
		return w.Phase
	}
}

// unknown reports whether nobody knows what became of it: that users had the platform back is known.
func unknown(w maintenance.Window) bool { return w.Unknown && w.BackAt == nil }

func label(w maintenance.Window, phase maintenance.Phase, now time.Time) string {
	switch {
	case unknown(w) && w.StartedAt == nil:
		return "Not known whether it has begun"
	case unknown(w):
		return "Not known whether it is over"
	}

	switch phase {
	case maintenance.Announced:
		if now.Before(w.StartsAt) {
			return "Announced"
		}

		return "Starting"
	case maintenance.Active:
		return "Under way"
	case maintenance.Verifying:
		return "Finishing"
	case maintenance.Overrun:
		return "Taking longer than planned"
	case maintenance.Completed:
		return "Completed"
	case maintenance.Cancelled:
		return "Cancelled"
	case maintenance.Held, maintenance.Missed: // not told
	}

	return string(phase)
}

func overall(status ops.HealthStatus) Overall {
	labels := map[ops.HealthStatus]string{
		ops.Healthy:   "The platform is up",
		ops.Degraded:  "Parts of the platform are slow or unreachable",
		ops.Unhealthy: "The platform is down",
	}

	if label, known := labels[status]; known {
		return Overall{Status: status, Label: label}
	}

	return Overall{Status: Unknown, Label: "The state of the platform is not known"}
}
