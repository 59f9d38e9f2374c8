package webhooks

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// The events of scheduled changes, which are told to those endpoints alone that name them.
const (
	ChangeScheduled maintenance.EventKind = "change_scheduled"
	ChangeApplied   maintenance.EventKind = "change_applied"
	ChangeLate      maintenance.EventKind = "change_late"
	ChangeWaiting   maintenance.EventKind = "change_waiting"
	ChangeCancelled maintenance.EventKind = "change_cancelled"
)

// ScheduledEvents lists them.
func ScheduledEvents() []maintenance.EventKind {
	return []maintenance.EventKind{ChangeScheduled, ChangeApplied, ChangeLate, ChangeWaiting, ChangeCancelled}
}

// scheduledEvent is the event of a state in which a scheduled change is.
func scheduledEvent(state scheduled.State) (event maintenance.EventKind, headline, standard string) {
	switch state {
	case scheduled.Applied:
		return ChangeApplied, "Scheduled change applied", "change.applied"
	case scheduled.Held:
		return ChangeWaiting, "Scheduled change needs a decision", "change.waiting"
	case scheduled.Cancelled:
		return ChangeCancelled, "Scheduled change cancelled", "change.cancelled"
	case scheduled.Overdue:
		return ChangeLate, "Scheduled change is late", "change.late"
	case scheduled.Scheduled:
	}

	return ChangeScheduled, "Change scheduled", "change.scheduled"
}

// Scheduled is what is told of a scheduled change: neither what it sets, nor who scheduled it and why.
type Scheduled struct {
	ID      int64           `json:"id"`
	Section ops.SectionName `json:"section"`
	Title   string          `json:"title"`
	State   scheduled.State `json:"state"`
	// At and EndsAt are those for which it is scheduled.
	At     time.Time  `json:"at"`
	EndsAt *time.Time `json:"ends_at"`
	// AppliedAt is when it was applied, nil where it was not.
	AppliedAt *time.Time `json:"applied_at"`
	// Note says why it waits, "" where it does not.
	Note string `json:"note"`
	// URL is its page, for operators; nil where that is not known.
	URL *string `json:"url"`
}

// NotifyScheduled writes a delivery for every endpoint that is to be told what became of a scheduled change.
func (s *Webhooks) NotifyScheduled(ctx context.Context, tx *sql.Tx, change scheduled.Change, at time.Time) error {
	endpoints, err := s.endpoints(ctx, tx, `WHERE deleted_at IS NULL AND enabled ORDER BY id`)
	if err != nil {
		return err
	}

	section, err := ops.SectionOf(change.Section)
	if err != nil {
		return err
	}

	about := Scheduled{
		ID: change.ID, Section: change.Section, Title: section.Title, State: change.State, At: change.At, EndsAt: change.EndsAt,
		Note: change.Note,
	}

	if change.State == scheduled.Applied {
		about.AppliedAt = change.SettledAt
	}

	if s.Scheduled != nil {
		address := s.Scheduled.JoinPath(strconv.FormatInt(about.ID, 10)).String()
		about.URL = &address
	}

	event, _, _ := scheduledEvent(change.State)

	for _, e := range endpoints {
		if !slices.Contains(e.Events, event) {
			continue
		}

		if _, err := s.enqueue(ctx, tx, e, notification{event: event, at: at.UTC(), scheduled: &about}, nil); err != nil {
			return err
		}
	}

	return nil
}

// whenAndLink are when it is applied, or was, and where operators see it.
func (c Scheduled) whenAndLink() (when, link string) {
	const layout = "2006-01-02 15:04 UTC"

	when = c.At.UTC().Format(layout)
	if c.EndsAt != nil {
		when += " to " + c.EndsAt.UTC().Format(layout)
	}

	if c.AppliedAt != nil {
		when = "Applied " + c.AppliedAt.UTC().Format(layout) + ", scheduled for " + when
	}

	if c.URL != nil {
		link = *c.URL
	}

	return when, link
}
