package changes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Watch looks at every section: what was changed outside becomes a change, and what
// is open is settled when it can be. The monitor calls it after each poll. Sections that are what they
// were, nearly always all of them, cost one look at the database.
func (c *Changes) Watch(ctx context.Context, service ops.Service) error {
	known, err := c.quiet(ctx)
	if err != nil {
		return err
	}

	var (
		errs  []error
		stale []any
	)

	for _, section := range ops.Sections() {
		same, err := c.watch(ctx, service, section, known[section.Name])
		errs = append(errs, err)

		if !same {
			continue
		}

		now := c.now()
		c.seen.Store(section.Name, now)

		if age := now.Sub(known[section.Name].seenAt); age < 0 || age >= seenEvery {
			stale = append(stale, section.Name)
		}
	}

	return errors.Join(append(errs, c.keepSeen(ctx, c.now(), stale))...)
}

// quiet is a section without an open change, as the database has it.
type quiet struct {
	values ops.Values
	seenAt time.Time
}

func (c *Changes) quiet(ctx context.Context) (map[ops.SectionName]quiet, error) {
	rows, err := c.db.Read().QueryContext(ctx, `
		SELECT s.section, r.values_json, s.seen_at
		FROM opsconsole_sections s JOIN opsconsole_revisions r ON r.section = s.section AND r.revision = s.revision
		WHERE NOT EXISTS (SELECT 1 FROM opsconsole_changes c WHERE c.section = s.section AND c.outcome IN ('pending', 'unknown'))`)
	if err != nil {
		return nil, fmt.Errorf("read the newest revisions: %w", err)
	}
	defer rows.Close()

	found := map[ops.SectionName]quiet{}

	for rows.Next() {
		var (
			name   ops.SectionName
			values string
			seen   store.Time
			one    quiet
		)

		if err := rows.Scan(&name, &values, &seen); err != nil {
			return nil, fmt.Errorf("read the newest revisions: %w", err)
		}

		if err := one.values.UnmarshalJSON([]byte(values)); err != nil {
			return nil, fmt.Errorf("read the newest revision of %s: %w", name, err)
		}

		one.seenAt = seen.Time
		found[name] = one
	}

	return found, rows.Err()
}

// watch reports whether a section is what it was known to be before it was asked for. What is not is
// looked at closely.
func (c *Changes) watch(ctx context.Context, service ops.Service, section ops.Section, known quiet) (same bool, err error) {
	if known.values != nil {
		found, err := section.Read(ctx, service)
		if err != nil || section.Equal(known.values, found.Values) {
			return err == nil, err
		}
	}

	_, err = c.current(ctx, service, section)

	return false, err
}

// keepSeen writes down that sections are still what they were.
func (c *Changes) keepSeen(ctx context.Context, now time.Time, sections []any) error {
	if len(sections) == 0 {
		return nil
	}

	marks := make([]string, len(sections))
	for i := range sections {
		marks[i] = fmt.Sprintf("$%d", i+2)
	}

	_, err := c.db.Exec(ctx, `UPDATE opsconsole_sections SET seen_at = $1 WHERE section IN (`+strings.Join(marks, ", ")+`)`,
		append([]any{store.Time{Time: now}}, sections...)...)
	if err != nil {
		return fmt.Errorf("write when sections were last seen: %w", err)
	}

	return nil
}
