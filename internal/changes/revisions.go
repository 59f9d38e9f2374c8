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
	var (
		at   position
		open int
	)

	err := tx.QueryRowContext(ctx, `
		UPDATE opsconsole_sections SET revision = revision WHERE section = $1
		RETURNING revision, seen_at`, section).Scan(&at.revision, &at.seenAt)
	if err != nil {
		return position{}, fmt.Errorf("lock %s: %w", section, err)
	}

	err = tx.QueryRowContext(ctx, `
		SELECT count(*) FROM opsconsole_changes WHERE section = $1 AND outcome IN ('pending', 'unknown')`,
		section).Scan(&open)
	if err != nil {
		return position{}, fmt.Errorf("look for open changes of %s: %w", section, err)
	}

	at.open = open > 0

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

	_, err = tx.ExecContext(ctx, `
		INSERT INTO opsconsole_revisions (section, revision, values_json, change_id) VALUES ($1, $2, $3, $4)`,
		section.Name, revision, string(data), change)
	if err != nil {
		return fmt.Errorf("write revision %d of %s: %w", revision, section.Name, err)
	}

	_, err = tx.ExecContext(ctx, `
		UPDATE opsconsole_sections SET revision = $1, seen_at = $2 WHERE section = $3`,
		revision, store.Time{Time: c.now()}, section.Name)
	if err != nil {
		return fmt.Errorf("move %s to revision %d: %w", section.Name, revision, err)
	}

	return nil
}
