package maintenance

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Template is a window to announce again and again, such as "Monthly patching".
type Template struct {
	Plan

	ID int64 `json:"id"`
	// Name has 1 to 100 characters and is the template's alone.
	Name string `json:"name"`
	// LengthSeconds is from start to end.
	LengthSeconds int64 `json:"length_seconds"`
	// TimeZone is an IANA name; "" is UTC. Recurrence is an RRULE or "".
	TimeZone   string    `json:"time_zone"`
	Recurrence string    `json:"recurrence"`
	CreatedBy  string    `json:"created_by"`
	CreatedAt  time.Time `json:"created_at"`
}

// Length is from start to end.
func (t Template) Length() time.Duration { return time.Duration(t.LengthSeconds) * time.Second }

// Draft is a window of the template that starts then.
func (t Template) Draft(startsAt time.Time) Draft {
	return Draft{
		Plan: t.Plan, StartsAt: startsAt, EndsAt: startsAt.Add(t.Length()), TimeZone: t.TimeZone, Recurrence: t.Recurrence,
	}
}

const maxTemplateName = 100

const templateTable = "opsconsole_window_templates"

// columns are those of the table but for the id.
func (t *Template) columns() store.Columns {
	return store.Columns{
		{Name: "name", Value: &t.Name},
		{Name: "plan_json", Value: store.JSON(&t.Plan)},
		{Name: "seconds", Value: &t.LengthSeconds},
		{Name: "time_zone", Value: &t.TimeZone},
		{Name: "recurrence", Value: &t.Recurrence},
		{Name: "created_by", Value: &t.CreatedBy},
		{Name: "created_at", Value: store.ZeroTime(&t.CreatedAt)},
	}
}

func (t *Template) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &t.ID}}, t.columns()...)
}

// SaveTemplate keeps a template; one of the same name is replaced, which gives it another id. A
// template with the id that was seen is a CONFLICT when there is none of that id any more.
func (s *Windows) SaveTemplate(ctx context.Context, actor audit.Actor, template Template, reason string) (Template, error) {
	t, err := s.checkTemplate(ctx, template, reason)
	if err != nil {
		return Template{}, s.refuse(ctx, actor, audit.TemplateSave, "maintenance/templates", reason, err)
	}

	seen := t.ID
	t.CreatedBy, t.CreatedAt = actor.Username, s.now()

	err = s.write(ctx, func(tx *sql.Tx) error {
		if err := s.checkSeen(ctx, tx, seen, t.Name); err != nil {
			return err
		}

		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_window_templates WHERE name = $1`, t.Name); err != nil {
			return err
		}

		if t.ID, err = t.columns().Insert(ctx, tx, templateTable); err != nil {
			return err
		}

		return s.logTemplate(ctx, tx, actor, audit.TemplateSave, t, reason)
	})
	if err != nil {
		return Template{}, s.refuse(ctx, actor, audit.TemplateSave, "maintenance/templates", reason, err)
	}

	return t, nil
}

// checkSeen refuses to replace what is not what was seen: nothing else has its id.
func (s *Windows) checkSeen(ctx context.Context, tx *sql.Tx, seen int64, name string) error {
	if seen == 0 {
		return nil
	}

	found, err := s.templates(ctx, tx, `WHERE id = $1`, seen)
	if err != nil || len(found) > 0 {
		return err
	}

	return &ops.Error{
		Code: ops.CodeConflict,
		Message: fmt.Sprintf("Somebody changed or deleted the template %q since you opened it. Check the templates first: "+
			"saving again replaces theirs.", name),
	}
}

func (s *Windows) checkTemplate(ctx context.Context, t Template, reason string) (Template, error) {
	plan, _, wrong, err := s.checkPlan(ctx, t.Plan)
	if err != nil {
		return t, err
	}

	t.Plan, t.Name = plan, strings.TrimSpace(t.Name)
	wrong.text("name", t.Name, maxTemplateName)

	if t.LengthSeconds < 1 || t.LengthSeconds > int64(maxLength/time.Second) {
		wrong.addf("length_seconds", "range", "must be between a second and 90 days")
	}

	if _, err := calendar.Zone(t.TimeZone); err != nil {
		wrong.addf("time_zone", "time_zone", "%s", err)
	}

	if t.Recurrence != "" {
		if _, err := calendar.ParseRule(t.Recurrence); err != nil {
			wrong.addf("recurrence", "rrule", "%s", err)
		}
	}

	return t, ops.Invalid(append(wrong, changes.CheckReason(reason)...))
}

// Templates lists the templates by name.
func (s *Windows) Templates(ctx context.Context) ([]Template, error) {
	return s.templates(ctx, s.DB.Read(), `ORDER BY lower(name), id`)
}

// Template returns one; RESOURCE_NOT_FOUND when there is none.
func (s *Windows) Template(ctx context.Context, id int64) (Template, error) {
	found, err := s.templates(ctx, s.DB.Read(), `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = ops.NotFound("window template", id)
	}

	if err != nil {
		return Template{}, err
	}

	return found[0], nil
}

func (s *Windows) templates(ctx context.Context, q store.Querier, clause string, args ...any) ([]Template, error) {
	found, err := store.Select(ctx, q, templateTable, (*Template).columnsWithID, clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}

	return found, nil
}

// DeleteTemplate deletes one; the windows that were announced from it stay.
func (s *Windows) DeleteTemplate(ctx context.Context, actor audit.Actor, id int64, reason string) error {
	t, err := s.Template(ctx, id)
	if err == nil {
		err = ops.Invalid(changes.CheckReason(reason))
	}

	if err != nil {
		return s.refuse(ctx, actor, audit.TemplateDelete, fmt.Sprintf("maintenance/templates/%d", id), reason, err)
	}

	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_window_templates WHERE id = $1`, id); err != nil {
			return fmt.Errorf("delete template %d: %w", id, err)
		}

		return s.logTemplate(ctx, tx, actor, audit.TemplateDelete, t, reason)
	})
}

func (s *Windows) logTemplate(
	ctx context.Context, tx *sql.Tx, actor audit.Actor, action audit.Action, t Template, reason string,
) error {
	_, err := s.Audit.Append(ctx, tx, actor, audit.Entry{
		Action: action, Object: fmt.Sprintf("maintenance/templates/%d", t.ID), Outcome: audit.Done, Reason: reason, Message: t.Name,
	})

	return err
}
