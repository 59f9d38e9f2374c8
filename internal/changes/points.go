package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Point is what every section held at a moment, under a name.
type Point struct {
	ID     int64     `json:"id"`
	Name   string    `json:"name"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// Sections are the values; nil in a list.
	Sections map[SectionName]Values `json:"sections,omitempty"`
}

const pointNameMax = 100

// Keep reads every section and keeps what it holds as a named point.
func (c *Changes) Keep(ctx context.Context, service ops.Service, actor audit.Actor, name, reason string) (Point, error) {
	point, err := c.keep(ctx, service, actor, name, reason)

	return point, c.Refuse(ctx, actor, audit.Entry{Action: audit.PointCreate, Object: "points", Reason: reason}, err)
}

func (c *Changes) keep(ctx context.Context, service ops.Service, actor audit.Actor, name, reason string) (Point, error) {
	errs := CheckReason(reason)

	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > pointNameMax || !storable(name) {
		errs = append(errs, ops.FieldError{
			Field: "body.name", Message: fmt.Sprintf("Give the point a name of 1 to %d characters.", pointNameMax), Type: "string",
		})
	}

	if len(errs) > 0 {
		return Point{}, ops.Invalid(errs)
	}

	point := Point{Name: name, Actor: actor.Username, Reason: reason, At: c.moment(), Sections: map[SectionName]Values{}}

	for _, section := range Sections() {
		current, err := c.current(ctx, service, section)
		if err != nil {
			return Point{}, err
		}

		if current.Open != nil {
			return Point{}, unsettled(section, *current.Open)
		}

		point.Sections[section.Name] = current.Values
	}

	err := c.db.Tx(ctx, func(tx *sql.Tx) error { return c.insertPoint(ctx, tx, actor, &point) })
	if store.IsUnique(err) {
		return Point{}, ops.Invalid([]ops.FieldError{{
			Field: "body.name", Message: "There is a point of this name already.", Type: "unique",
		}})
	}

	return point, err
}

func (c *Changes) insertPoint(ctx context.Context, tx *sql.Tx, actor audit.Actor, point *Point) error {
	err := tx.QueryRowContext(ctx, `
		INSERT INTO opsconsole_points (name, actor, reason, at) VALUES ($1, $2, $3, $4) RETURNING id`,
		point.Name, point.Actor, point.Reason, store.Time{Time: point.At}).Scan(&point.ID)
	if err != nil {
		return fmt.Errorf("write the point: %w", err)
	}

	for name, values := range point.Sections {
		data, err := values.MarshalJSON()
		if err != nil {
			return err
		}

		_, err = tx.ExecContext(ctx, `
			INSERT INTO opsconsole_point_values (point_id, section, values_json) VALUES ($1, $2, $3)`,
			point.ID, name, string(data))
		if err != nil {
			return fmt.Errorf("write the point's values: %w", err)
		}
	}

	_, err = c.log.Append(ctx, tx, actor, audit.Entry{
		Action: audit.PointCreate, Object: pointObject(point.ID), Outcome: audit.Done,
		Reason: point.Reason, Message: point.Name,
	})

	return err
}

// PointFilter selects a page of the points: those older than Before, the Next of the page
// before, and at most Limit, 50 when it is 0.
type PointFilter struct {
	Before int64
	Limit  int
}

// PointPage is points without their values, newest first. Next is the Before of the next
// page, 0 on the last one.
type PointPage struct {
	Items []Point
	Next  int64
}

// Points returns a page of the points.
func (c *Changes) Points(ctx context.Context, filter PointFilter) (PointPage, error) {
	limit, before := filter.Limit, filter.Before
	if limit <= 0 {
		limit = defaultLimit
	}

	if before <= 0 {
		before = math.MaxInt64
	}

	rows, err := c.db.Read().QueryContext(ctx, fmt.Sprintf(`
		SELECT id, name, actor, reason, at FROM opsconsole_points WHERE id < $1 ORDER BY id DESC LIMIT %d`, limit+1), before)
	if err != nil {
		return PointPage{}, fmt.Errorf("list the points: %w", err)
	}
	defer rows.Close()

	var page PointPage

	for rows.Next() {
		var (
			p  Point
			at store.Time
		)

		if err := rows.Scan(&p.ID, &p.Name, &p.Actor, &p.Reason, &at); err != nil {
			return PointPage{}, fmt.Errorf("list the points: %w", err)
		}

		p.At = at.Time
		page.Items = append(page.Items, p)
	}

	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = page.Items[limit-1].ID
	}

	return page, rows.Err()
}

// Point returns one with its values; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Point(ctx context.Context, id int64) (Point, error) {
	p := Point{ID: id, Sections: map[SectionName]Values{}}

	var at store.Time

	err := c.db.Read().QueryRowContext(ctx, `SELECT name, actor, reason, at FROM opsconsole_points WHERE id = $1`, id).
		Scan(&p.Name, &p.Actor, &p.Reason, &at)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Point{}, ops.NotFound("point", id)
	case err != nil:
		return Point{}, fmt.Errorf("read point %d: %w", id, err)
	}

	p.At = at.Time

	rows, err := c.db.Read().QueryContext(ctx, `SELECT section, values_json FROM opsconsole_point_values WHERE point_id = $1`, id)
	if err != nil {
		return Point{}, fmt.Errorf("read point %d: %w", id, err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			name SectionName
			data string
			v    Values
		)

		if err := rows.Scan(&name, &data); err != nil {
			return Point{}, fmt.Errorf("read point %d: %w", id, err)
		}

		if err := v.UnmarshalJSON([]byte(data)); err != nil {
			return Point{}, fmt.Errorf("read point %d: %w", id, err)
		}

		p.Sections[name] = v
	}

	return p, rows.Err()
}

// SectionPlan is what restoring a point would do, or did, to one section.
type SectionPlan struct {
	Section SectionName `json:"section"`
	Title   string      `json:"-"`
	// State is unchanged, differs, restored, failed or unknown.
	State       PointState   `json:"state"`
	Revision    string       `json:"revision"`
	Differences []Difference `json:"differences"`
	// Since are the changes that came after the point was kept, newest first, 20 at the most.
	Since []Change `json:"since"`
	// Change is the one that restored it, or tried to.
	Change *Change `json:"change"`
	// Error says why it failed, or why it cannot be restored now.
	Error string `json:"error,omitempty"`
}

// PointState is where a section stands against a point.
type PointState string

// The states.
const (
	PointUnchanged PointState = "unchanged"
	PointDiffers   PointState = "differs"
	PointRestored  PointState = "restored"
	PointFailed    PointState = "failed"
	PointUnknown   PointState = "unknown"
)

// PointPlan is what restoring a point would do, or did. Revision names the revisions of
// all sections, to restore against.
type PointPlan struct {
	Point    Point         `json:"point"`
	Revision string        `json:"revision"`
	Sections []SectionPlan `json:"sections"`
	// Complete says that every section is as the point has it.
	Complete bool `json:"complete"`
	// Confirm says why the restore has to be confirmed; "" when it has not.
	Confirm string `json:"confirm,omitempty"`
}

// PreviewPoint says what restoring the point would do and changes nothing.
func (c *Changes) PreviewPoint(ctx context.Context, service ops.Service, id int64) (PointPlan, error) {
	point, err := c.Point(ctx, id)
	if err != nil {
		return PointPlan{}, err
	}

	plan := PointPlan{Point: point, Complete: true}

	for _, section := range Sections() {
		part, confirm := c.previewSection(ctx, service, section, point)
		plan.Sections = append(plan.Sections, part)
		plan.Complete = plan.Complete && part.State == PointUnchanged

		if plan.Confirm == "" {
			plan.Confirm = confirm
		}
	}

	plan.Revision = plan.revision()

	return plan, nil
}

// revision names the revisions of all sections.
func (p PointPlan) revision() string {
	revisions := make([]string, 0, len(p.Sections))
	for _, part := range p.Sections {
		revisions = append(revisions, string(part.Section)+":"+part.Revision)
	}

	return strings.Join(revisions, ",")
}

// previewSection compares one section with the point, and says why restoring it would
// have to be confirmed. One that cannot be read now does not keep the others from it.
func (c *Changes) previewSection(
	ctx context.Context, service ops.Service, section Section, point Point,
) (part SectionPlan, confirm string) {
	part = SectionPlan{Section: section.Name, Title: section.Title, State: PointUnchanged, Differences: []Difference{}, Since: []Change{}}

	current, err := c.current(ctx, service, section)
	if err != nil {
		part.State, part.Error = PointFailed, ops.AsError(err).Message

		return part, ""
	}

	part.Revision = current.Revision

	since, err := c.History(ctx, Filter{Section: section.Name, Outcome: Applied, From: point.At, Limit: sinceShown})
	if err != nil {
		part.State, part.Error = PointFailed, ops.AsError(err).Message

		return part, ""
	}

	part.Since = append(part.Since, since.Items...)

	if d := section.Diff(current.Values, point.Sections[section.Name]); len(d) > 0 {
		part.State, part.Differences = PointDiffers, d
	}

	if current.Open != nil {
		part.Error = ops.AsError(unsettled(section, *current.Open)).Message
	}

	return part, c.policy.confirmation(section, part.Differences)
}

// RestorePoint brings every section back to the point, a change each. What fails in one
// section does not stop the others; trying again does the rest. It refuses, and changes
// nothing, when a section is not at the revision that was previewed.
func (c *Changes) RestorePoint(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, revision, reason, confirm string,
) (PointPlan, error) {
	plan, err := c.restorePoint(ctx, service, actor, id, revision, reason, confirm)

	return plan, c.Refuse(ctx, actor, audit.Entry{Action: audit.ConfigRestore, Object: pointObject(id), Reason: reason}, err)
}

func pointObject(id int64) string { return fmt.Sprintf("points/%d", id) }

func (c *Changes) restorePoint(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, revision, reason, confirm string,
) (PointPlan, error) {
	plan, err := c.PreviewPoint(ctx, service, id)
	if err != nil {
		return PointPlan{}, err
	}

	errs := CheckReason(reason)
	if revision == "" {
		errs = append(errs, ops.FieldError{
			Field: "body.revision", Message: "is required: it says which values you saw. Preview the restore again.", Type: "revision",
		})
	}

	errs = append(errs, c.policy.confirmed(plan.Confirm, confirm)...)

	switch {
	case len(errs) > 0:
		return plan, ops.Invalid(errs)
	case revision != plan.Revision:
		return plan, &ops.Error{Code: ops.CodeConflict, Message: "Something changed since you looked. Compare again, then restore."}
	case plan.Complete:
		return plan, ops.Invalid([]ops.FieldError{{
			Field: "body", Message: "Nothing would change: every section is as the point has it.", Type: "no_change",
		}})
	}

	plan.Complete = true

	for i := range plan.Sections {
		part := &plan.Sections[i]

		switch part.State {
		case PointDiffers:
			c.restoreSection(ctx, service, actor, plan.Point, part, reason)
		case PointFailed: // It could not even be read, which is an attempt all the same.
			request := Request{Section: part.Section, Source: SourceRestore, Reason: reason}
			refused := c.Refuse(ctx, actor, request.Entry(), ops.Unavailable("control plane", part.Error))
			part.Error = ops.AsError(refused).Message
		case PointUnchanged, PointRestored, PointUnknown:
		}

		plan.Complete = plan.Complete && (part.State == PointRestored || part.State == PointUnchanged)
	}

	// To go on from: what is left can be tried again at once.
	plan.Revision = plan.revision()

	return plan, nil
}

func (c *Changes) restoreSection(
	ctx context.Context, service ops.Service, actor audit.Actor, point Point, part *SectionPlan, reason string,
) {
	result, err := c.Apply(ctx, service, actor, Request{
		Section: part.Section, Revision: part.Revision, Values: point.Sections[part.Section], Reason: reason,
		Source: SourceRestore, Confirm: c.policy.Environment, point: &point.ID, repeated: true,
	})
	if err != nil {
		part.State, part.Error = PointFailed, ops.AsError(err).Message

		return
	}

	part.Change = &result.Change
	part.Revision = result.Current.Revision

	switch result.Change.Outcome {
	case Applied:
		part.State = PointRestored
	case Failed:
		part.State, part.Error = PointFailed, *result.Change.Error
	case Pending, Unknown:
		part.State, part.Error = PointUnknown, "Whether it was restored is not known yet."
	}
}
