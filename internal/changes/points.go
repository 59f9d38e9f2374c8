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
	"github.com/graph-olap/opsconsole/internal/failpoint"
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
	Sections map[ops.SectionName]ops.Values `json:"sections,omitempty"`
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
	if n := utf8.RuneCountInString(name); !ops.Visible(name) || n > pointNameMax || !ops.Storable(name) {
		errs = append(errs, ops.FieldError{
			Field: "body.name", Message: fmt.Sprintf("Give the point a name of 1 to %d characters.", pointNameMax), Type: "string",
		})
	}

	if len(errs) > 0 {
		return Point{}, ops.Invalid(errs)
	}

	point := Point{Name: name, Actor: actor.Username, Reason: reason, At: c.now(), Sections: map[ops.SectionName]ops.Values{}}

	for _, section := range ops.Sections() {
		current, err := c.current(ctx, service, section)
		if err != nil {
			return Point{}, err
		}

		if current.Open != nil {
			return Point{}, unsettled(section, *current.Open)
		}

		point.Sections[section.Name] = current.Values
	}

	err := c.write(ctx, func(tx *sql.Tx) error { return c.insertPoint(ctx, tx, actor, &point) })
	if store.IsUnique(err) {
		return Point{}, ops.Invalid([]ops.FieldError{{
			Field: "body.name", Message: "A point with this name already exists.", Type: "unique",
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

	failpoint.Reach(failpoint.PointWriting)

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

	page.Items, page.Next = store.Cut(page.Items, limit, func(p Point) int64 { return p.ID })

	return page, rows.Err()
}

// Point returns one with its values; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Point(ctx context.Context, id int64) (Point, error) {
	p := Point{ID: id, Sections: map[ops.SectionName]ops.Values{}}

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
			name ops.SectionName
			data string
			v    ops.Values
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
