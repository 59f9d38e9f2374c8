package maintenance

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// Severity says how much an update matters to users.
type Severity string

// The severities.
const (
	SeverityInfo     Severity = "info"
	SeverityWarning  Severity = "warning"
	SeverityCritical Severity = "critical"
)

// Severities lists them all, for forms.
func Severities() []Severity { return []Severity{SeverityInfo, SeverityWarning, SeverityCritical} }

// UpdateMax is how long an update can be, in characters.
const UpdateMax = 2000

// Update is what operators tell users while a window is under way. It is an event that they are
// told as any other.
type Update struct {
	ID int64 `json:"id"`
	// Window is the id of the window.
	Window   int64     `json:"window"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	Severity Severity  `json:"severity"`
	// Text is of the Markdown subset of messages, kept as typed.
	Text string `json:"text"`
}

// Update is the update that the event tells of.
func (e Event) Update() Update {
	return Update{ID: e.ID, Window: e.Window.ID, At: e.At, Actor: e.Actor, Severity: e.Severity, Text: e.Text}
}

// Updates are those among the events, in their order.
func Updates(events []Event) []Update {
	updates := []Update{} // no updates are a list in JSON too

	for _, e := range events {
		if e.Kind == EventUpdated {
			updates = append(updates, e.Update())
		}
	}

	return updates
}

// PostUpdate tells users how a window that is under way goes on. Severity is [SeverityInfo] where it is
// "". It returns a VALIDATION_FAILED for what cannot be told, and a CONFLICT when the window has not
// begun, or is over for users.
func (s *Windows) PostUpdate(ctx context.Context, actor audit.Actor, id int64, text string, severity Severity) (Update, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")

	if severity == "" {
		severity = SeverityInfo
	}

	var (
		wrong fieldErrors
		told  Event
	)

	wrong.text("text", text, UpdateMax)

	if !slices.Contains(Severities(), severity) {
		wrong.addf("severity", "enum", "must be info, warning or critical")
	}

	err := ops.Invalid(wrong)
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) (err error) {
			told, err = s.postUpdate(ctx, tx, actor, id, Event{Kind: EventUpdated, Actor: actor.Username, Severity: severity, Text: text})

			return err
		})
	}

	if err != nil {
		return Update{}, s.refuse(ctx, actor, audit.WindowUpdate, object(id), "", err)
	}

	return told.Update(), nil
}

func (s *Windows) postUpdate(ctx context.Context, tx *sql.Tx, actor audit.Actor, id int64, event Event) (Event, error) {
	w, err := s.one(ctx, tx, id)
	if err != nil {
		return Event{}, err
	}

	if !w.TakesUpdates(s.now()) {
		return Event{}, w.conflict("It is %s: updates are told from its start until users have the platform back.", w.Phase)
	}

	event, err = s.tellOf(ctx, tx, id, event)
	if err != nil {
		return Event{}, err
	}

	after, err := json.Marshal(map[string]any{"update": event.Update()})
	if err != nil {
		return Event{}, fmt.Errorf("write the update of window %d: %w", id, err)
	}

	_, err = s.Audit.Append(ctx, tx, actor, audit.Entry{
		Action: audit.WindowUpdate, Object: object(id), Outcome: audit.Done, After: after, Message: ops.Clip(event.Text),
	})

	return event, err
}

// TakesUpdates reports whether there is something to tell of: its start has come, and users do not have
// the platform back.
func (w Window) TakesUpdates(now time.Time) bool {
	return !w.Phase.Final() && w.BackAt == nil && (w.StartedAt != nil || !now.Before(w.StartsAt))
}

// UpdateOf is the update that an entry of the audit log is about.
func UpdateOf(act audit.Entry) (Update, error) {
	var after struct {
		Update Update `json:"update"`
	}

	if err := json.Unmarshal(act.After, &after); err != nil {
		return Update{}, fmt.Errorf("read the update of audit entry %d: %w", act.Seq, err)
	}

	return after.Update, nil
}
