package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Current reads the section afresh. What it finds that nobody here set becomes an
// external change; an open change that can be settled is.
func (c *Changes) Current(ctx context.Context, service ops.Service, name ops.SectionName) (Current, error) {
	section, err := ops.SectionOf(name)
	if err != nil {
		return Current{}, err
	}

	return c.current(ctx, service, section)
}

// Latest is the section read afresh or, where the control plane does not give it, as it was last
// seen, with the reason. What was never seen is the reason as an error.
func (c *Changes) Latest(ctx context.Context, service ops.Service, name ops.SectionName) (Current, error) {
	current, err := c.Current(ctx, service, name)
	if err == nil {
		return current, nil
	}

	cause := ops.AsError(err)
	if cause.Code == ops.CodeInternal {
		return Current{}, err
	}

	known, knownErr := c.Known(ctx, name)
	if knownErr != nil || known.Values == nil {
		return Current{}, errors.Join(err, knownErr)
	}

	known.Unread = cause

	return known, nil
}

func (c *Changes) current(ctx context.Context, service ops.Service, section ops.Section) (Current, error) {
	return c.refresh(ctx, service, section, byAnybody())
}

// refresh reads the section afresh, and settles an open change by that if it can be.
func (c *Changes) refresh(ctx context.Context, service ops.Service, section ops.Section, by patience) (Current, error) {
	before, err := c.known(ctx, section)
	if err != nil {
		return Current{}, err
	}

	return c.refreshed(ctx, service, before, by)
}

// refreshed is [Changes.refresh] of what is known already.
func (c *Changes) refreshed(ctx context.Context, service ops.Service, before Current, by patience) (Current, error) {
	var (
		section = before.Section
		over    over
		err     error
	)

	// What is read after that tells it: of what was read before, it need not be true yet.
	if before.Open != nil {
		if over, err = c.isOver(ctx, *before.Open, by); err != nil {
			return Current{}, err
		}
	}

	found, err := section.Read(ctx, service)
	if err != nil {
		return Current{}, err
	}

	if before.Open != nil {
		if !over.is {
			before.Values = found.Values

			return before, nil
		}

		actor := audit.Actor{Username: before.Open.Actor}
		end := verdict(section, *before.Open, errInterrupted, found)
		end.ifSilent = over.silence

		if err := c.settle(ctx, section, actor, *before.Open, end, &found); err != nil {
			return Current{}, err
		}

		return c.known(ctx, section)
	}

	if before.Values != nil && section.Equal(before.Values, found.Values) {
		return c.touch(ctx, before)
	}

	if err := c.observe(ctx, section, before, found); err != nil {
		return Current{}, err
	}

	return c.known(ctx, section)
}

// observe records what was found, which is not what was known before the reading
// began. If anything happened to the section in between, the observation is dropped.
func (c *Changes) observe(ctx context.Context, section ops.Section, before Current, found ops.SectionState) error {
	err := c.write(ctx, func(tx *sql.Tx) error {
		now, err := lockSection(ctx, tx, section.Name)
		if err != nil {
			return err
		}

		if revisionText(now.revision) != before.Revision || now.open {
			return nil
		}

		return c.explain(ctx, tx, section, now, before.Values, found)
	})
	if err != nil {
		return fmt.Errorf("record what was found in %s: %w", section.Name, err)
	}

	return nil
}

// external writes the found values as the next revision and, where others were known,
// as a change from outside.
func (c *Changes) external(
	ctx context.Context, tx *sql.Tx, section ops.Section, at position, before ops.Values, found ops.SectionState,
) error {
	var id sql.NullInt64

	if before != nil {
		now := c.now()
		since := c.lastSeen(section, at.seenAt.Time, now)

		change := Change{
			Section: section.Name, At: now, Actor: found.UpdatedBy, Source: SourceExternal, Outcome: Applied,
			Before: before, After: found.Values, Fields: fieldNames(section.Diff(before, found.Values)), Since: &since,
		}

		var err error
		if id.Int64, err = insert(ctx, tx, change, 0); err != nil {
			return err
		}

		id.Valid = true

		failpoint.Reach(failpoint.ChangeObserved)

		if err := closeReplacedReviews(ctx, tx, section.Name); err != nil {
			return err
		}
	}

	return c.advance(ctx, tx, section, at.revision+1, found.Values, id)
}

// lastSeen is when the section, of which the database says when it was seen, was last seen to be
// what it was known to be; not after now, though the clock may have been set back since.
func (c *Changes) lastSeen(section ops.Section, written, now time.Time) time.Time {
	last := written

	if value, _ := c.seen.Load(section.Name); value != nil {
		if seen, ok := value.(time.Time); ok && seen.After(last) {
			last = seen
		}
	}

	if last.After(now) {
		return now
	}

	return last
}

// seenEvery is how often it is written down that a section is still what it was.
const seenEvery = time.Minute

// touch returns what was known of a section that is seen to be still what it was.
func (c *Changes) touch(ctx context.Context, known Current) (Current, error) {
	now := c.now()
	c.seen.Store(known.Section.Name, now)
	known.SeenAt = now

	if age := now.Sub(known.writtenSeenAt); age >= 0 && age < seenEvery {
		return known, nil
	}

	return known, c.keepSeen(ctx, now, []any{known.Section.Name})
}

// Known returns the section as it was last seen, without asking the control plane.
func (c *Changes) Known(ctx context.Context, name ops.SectionName) (Current, error) {
	section, err := ops.SectionOf(name)
	if err != nil {
		return Current{}, err
	}

	return c.known(ctx, section)
}

// lastAndOpen selects a change, and the one of a section that is open.
const lastAndOpen = `WHERE id IN (SELECT CAST($1 AS bigint) UNION ALL
	SELECT id FROM opsconsole_changes WHERE section = $2 AND outcome IN ('pending', 'unknown'))`

// known returns the section as the database has it: the newest revision, the change
// that made it, and the one that is open. What restored that change is not looked for.
func (c *Changes) known(ctx context.Context, section ops.Section) (Current, error) {
	current := Current{Section: section, Revision: revisionText(0)}

	var (
		revision int64
		values   string
		change   sql.NullInt64
		seen     store.Time
	)

	err := c.db.Read().QueryRowContext(ctx, `
		SELECT r.revision, r.values_json, r.change_id, s.seen_at
		FROM opsconsole_sections s JOIN opsconsole_revisions r ON r.section = s.section AND r.revision = s.revision
		WHERE s.section = $1`, section.Name).Scan(&revision, &values, &change, &seen)

	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return Current{}, fmt.Errorf("read the newest revision of %s: %w", section.Name, err)
	default:
		current.Revision = revisionText(revision)
		current.writtenSeenAt, current.SeenAt = seen.Time, c.lastSeen(section, seen.Time, c.now())

		if err := current.Values.UnmarshalJSON([]byte(values)); err != nil {
			return Current{}, fmt.Errorf("read the newest revision of %s: %w", section.Name, err)
		}
	}

	found, err := selectChanges(ctx, c.db.Read(), lastAndOpen, change, section.Name)
	if err != nil {
		return Current{}, err
	}

	for i := range found {
		if found[i].ID == change.Int64 {
			current.Last = &found[i]
		} else {
			current.Open = &found[i]
		}
	}

	return current, nil
}

// valuesAt returns what the section, of which the newest revision is known, held at one.
func (c *Changes) valuesAt(ctx context.Context, known Current, revision string) (ops.Values, error) {
	unknown := func(message string) error {
		return ops.Invalid([]ops.FieldError{{Field: "body.revision", Message: message, Type: "revision"}})
	}

	if revision == "" {
		return nil, unknown("is required: it says which values you saw. Open the form again.")
	}

	if revision == known.Revision && known.Values != nil {
		return known.Values, nil
	}

	n, err := strconv.ParseInt(revision, 10, 64)
	if err != nil {
		return nil, unknown("is not one of this section. Open the form again.")
	}

	var (
		data   string
		values ops.Values
	)

	err = c.db.Read().QueryRowContext(ctx,
		`SELECT values_json FROM opsconsole_revisions WHERE section = $1 AND revision = $2`, known.Section.Name, n).Scan(&data)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, unknown("is not one of this section. Open the form again.")
	case err != nil:
		return nil, fmt.Errorf("read revision %d of %s: %w", n, known.Section.Name, err)
	}

	err = values.UnmarshalJSON([]byte(data))

	return values, err
}

func revisionText(n int64) string { return strconv.FormatInt(n, 10) }

// now is the time as the database keeps it.
func (c *Changes) now() time.Time { return c.clock().UTC().Truncate(time.Microsecond) }
