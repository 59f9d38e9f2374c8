package changes

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// position is where a section stands.
type position struct {
	revision int64
	seenAt   store.Time
	open     bool
}

// lockSection locks the section until tx ends and returns where it stands.
func lockSection(ctx context.Context, tx *sql.Tx, section ops.SectionName) (position, error) {
	err := store.Send(ctx, tx, `UPDATE opsconsole_sections SET revision = revision WHERE section = $1`, section)
	if err != nil {
		return position{}, fmt.Errorf("lock %s: %w", section, err)
	}

	var at position

	// A statement of its own: read committed, the one that waited for the lock does not see all that whoever had it wrote.
	err = tx.QueryRowContext(store.Along(ctx), `
		SELECT revision, seen_at, EXISTS (
			SELECT 1 FROM opsconsole_changes WHERE section = $1 AND outcome IN ('pending', 'unknown'))
		FROM opsconsole_sections WHERE section = $1`, section).Scan(&at.revision, &at.seenAt, &at.open)
	if err != nil {
		return position{}, fmt.Errorf("look where %s stands: %w", section, err)
	}

	return at, nil
}

// advance writes the next revision of a section.
func (c *Changes) advance(
	ctx context.Context, tx *sql.Tx, section ops.Section, revision int64, values ops.Values, change sql.NullInt64,
) error {
	data, err := values.MarshalJSON()
	if err != nil {
		return err
	}

	err = store.Send(ctx, tx, `
		INSERT INTO opsconsole_revisions (section, revision, values_json, change_id) VALUES ($1, $2, $3, $4)`,
		section.Name, revision, string(data), change)
	if err != nil {
		return fmt.Errorf("write revision %d of %s: %w", revision, section.Name, err)
	}

	err = store.Send(ctx, tx, `
		UPDATE opsconsole_sections SET revision = $1, seen_at = $2 WHERE section = $3`,
		revision, store.Time{Time: c.now()}, section.Name)
	if err != nil {
		return fmt.Errorf("move %s to revision %d: %w", section.Name, revision, err)
	}

	return nil
}
