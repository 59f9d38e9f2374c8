package changes

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// headRow is where a section stands.
type headRow struct {
	revision int64
	seenAt   store.Time
	open     bool
}

// head locks the section until tx ends and returns where it stands.
func head(ctx context.Context, tx *sql.Tx, section ops.SectionName) (headRow, error) {
	var (
		h    headRow
		open int
	)

	err := tx.QueryRowContext(ctx, `
		UPDATE opsconsole_sections SET revision = revision WHERE section = $1
		RETURNING revision, seen_at`, section).Scan(&h.revision, &h.seenAt)
	if err != nil {
		return headRow{}, fmt.Errorf("lock %s: %w", section, err)
	}

	err = tx.QueryRowContext(ctx, `
		SELECT count(*) FROM opsconsole_changes WHERE section = $1 AND outcome IN ('pending', 'unknown')`,
		section).Scan(&open)
	if err != nil {
		return headRow{}, fmt.Errorf("look for open changes of %s: %w", section, err)
	}

	h.open = open > 0

	return h, nil
}

// advance writes the next revision of a section.
func (c *Changes) advance(
	ctx context.Context, tx *sql.Tx, section ops.Section, revision int64, values ops.Values, change sql.NullInt64,
) error {
	data, err := values.MarshalJSON()
	if err != nil {
		return err
	}

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_revisions (section, revision, values_json, change_id) VALUES ($1, $2, $3, $4)`,
		section.Name, revision, string(data), change)
	if err != nil {
		return fmt.Errorf("write revision %d of %s: %w", revision, section.Name, err)
	}

	_, err = tx.ExecContext(ctx, `
		UPDATE opsconsole_sections SET revision = $1, seen_at = $2 WHERE section = $3`,
		revision, store.Time{Time: c.moment()}, section.Name)
	if err != nil {
		return fmt.Errorf("move %s to revision %d: %w", section.Name, revision, err)
	}

	return nil
}

const columns = `id, section, at, actor, reason, source, outcome, before_json, after_json, fields,
	restores, error, request_id, settled_at, since, unknown_at, point_id,
	(SELECT k.actor FROM opsconsole_kept_changes k WHERE k.change_id = id) AS kept_actor,
	(SELECT k.reason FROM opsconsole_kept_changes k WHERE k.change_id = id) AS kept_reason,
	(SELECT k.at FROM opsconsole_kept_changes k WHERE k.change_id = id) AS kept_at`

// insert writes a new change and returns its id.
func insert(ctx context.Context, tx *sql.Tx, change Change, intent int64) (int64, error) {
	before, err := change.Before.MarshalJSON()
	if err != nil {
		return 0, err
	}

	after, err := change.After.MarshalJSON()
	if err != nil {
		return 0, err
	}

	var since, settled store.Time
	if change.Since != nil {
		since.Time = *change.Since
	}

	if !change.Open() {
		settled.Time = change.At
	}

	unreviewed := 0
	if change.Source == SourceExternal {
		unreviewed = 1
	}

	var id int64

	err = tx.QueryRowContext(ctx, `
		INSERT INTO opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json, fields,
			restores, error, request_id, settled_at, since, intent, point_id, unreviewed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id`,
		change.Section, store.Time{Time: change.At}, change.Actor, change.Reason, change.Source, change.Outcome,
		string(before), string(after), strings.Join(change.Fields, ","),
		change.Restores, change.Error, change.RequestID, settled, since, intent, change.Point, unreviewed).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("write the change: %w", err)
	}

	for _, field := range change.Fields {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO opsconsole_change_fields (field, change_id, changed_at) VALUES ($1, $2, $3)`,
			field, id, store.Time{Time: change.At})
		if err != nil {
			return 0, fmt.Errorf("write the change's fields: %w", err)
		}
	}

	return id, nil
}

// names are the fields of the differences.
func names(differences []ops.Difference) []string {
	names := make([]string, 0, len(differences))
	for _, d := range differences {
		names = append(names, d.Field.Name)
	}

	return names
}

func scan(row interface{ Scan(dest ...any) error }) (Change, error) {
	var (
		c                     Change
		at, settled, since    store.Time
		before, after, fields string
		restores              sql.NullInt64
		errText               sql.NullString
		keptBy, keptReason    sql.NullString
		keptAt, unknown       store.Time
		point                 sql.NullInt64
	)

	err := row.Scan(&c.ID, &c.Section, &at, &c.Actor, &c.Reason, &c.Source, &c.Outcome, &before, &after, &fields,
		&restores, &errText, &c.RequestID, &settled, &since, &unknown, &point, &keptBy, &keptReason, &keptAt)
	if err != nil {
		return Change{}, err
	}

	c.At = at.Time
	c.Fields = strings.Split(fields, ",")

	if err := json.Unmarshal([]byte(before), &c.Before); err != nil {
		return Change{}, fmt.Errorf("the values before change %d: %w", c.ID, err)
	}

	if err := json.Unmarshal([]byte(after), &c.After); err != nil {
		return Change{}, fmt.Errorf("the values after change %d: %w", c.ID, err)
	}

	if restores.Valid {
		c.Restores = &restores.Int64
	}

	if errText.Valid {
		c.Error = &errText.String
	}

	if !settled.IsZero() {
		c.SettledAt = &settled.Time
	}

	if !since.IsZero() {
		c.Since = &since.Time
	}

	c.unknownAt = unknown.Time

	if point.Valid {
		c.Point = &point.Int64
	}

	if keptBy.Valid {
		c.Kept = &Kept{Actor: keptBy.String, Reason: keptReason.String, At: keptAt.Time}
	}

	return c, nil
}

// list returns the changes that the clause selects, with the ids of their restores.
func (c *Changes) list(ctx context.Context, clause string, args ...any) ([]Change, error) {
	rows, err := c.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM opsconsole_changes `+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	defer rows.Close()

	var out []Change

	for rows.Next() {
		change, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list changes: %w", err)
		}

		out = append(out, change)
	}

	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}

	return out, c.markRestored(ctx, out)
}

// markRestored fills in RestoredBy.
func (c *Changes) markRestored(ctx context.Context, list []Change) error {
	if len(list) == 0 {
		return nil
	}

	byID := make(map[int64]*Change, len(list))
	marks := make([]string, len(list))
	args := make([]any, len(list))

	for i := range list {
		byID[list[i].ID] = &list[i]
		marks[i] = fmt.Sprintf("$%d", i+1)
		args[i] = list[i].ID
	}

	rows, err := c.db.Read().QueryContext(ctx, `
		SELECT id, restores, outcome FROM opsconsole_changes
		WHERE restores IN (`+strings.Join(marks, ", ")+`) ORDER BY restores, id`, args...)
	if err != nil {
		return fmt.Errorf("find restores: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			id, restores int64
			outcome      Outcome
		)

		if err := rows.Scan(&id, &restores, &outcome); err != nil {
			return fmt.Errorf("find restores: %w", err)
		}

		// Asked of the database, it would look through all that was applied.
		if outcome == Applied {
			byID[restores].RestoredBy = append(byID[restores].RestoredBy, id)
		}
	}

	return rows.Err()
}

// Get returns one change; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Get(ctx context.Context, id int64) (Change, error) {
	found, err := c.list(ctx, `WHERE id = $1`, id)
	if err != nil {
		return Change{}, err
	}

	if len(found) == 0 {
		return Change{}, ops.NotFound("change", id)
	}

	return found[0], nil
}
