package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Held is what a section held at a moment, as the changes tell.
type Held struct {
	Section ops.Section
	// Values are nil where nothing is known.
	Values ops.Values
	// By is the change that had set them, nil where none is recorded before that moment: then they are those that the first
	// change found, or that the section holds since this console knows it, and since when is not known.
	By *Change
	// Next is the change that set other ones after that, nil for none. Where it was made outside this console between two
	// looks, and the moment lies between them, Unsure says that it may have set them already.
	Next   *Change
	Unsure bool
	// Late says that By was not known to be carried out yet: it was between then and when that was seen.
	Late bool
	// Open is a change made since of which it is not known whether it was carried out, nil for none.
	Open *Change
}

// openAt selects the change of a section that is open, if it was made until a moment. There is one at most: to ask for an order
// has SQLite look through all changes of the section.
const openAt = `WHERE section = $1 AND at <= $2 AND outcome IN ('pending', 'unknown')`

// At returns what a section held at a moment. A change counts from when it was made.
func (c *Changes) At(ctx context.Context, name ops.SectionName, at time.Time) (Held, error) {
	section, err := ops.SectionOf(name)
	if err != nil {
		return Held{}, err
	}

	held := Held{Section: section}

	held.By, err = c.first(ctx, `WHERE section = $1 AND at <= $2 AND outcome = 'applied' ORDER BY at DESC, id DESC LIMIT 1`, name, at)
	if err != nil {
		return Held{}, err
	}

	held.Next, err = c.first(ctx, `WHERE section = $1 AND at > $2 AND outcome = 'applied' ORDER BY at, id LIMIT 1`, name, at)
	if err != nil {
		return Held{}, err
	}

	held.Open, err = c.first(ctx, openAt, name, at)
	if err != nil {
		return Held{}, err
	}

	if held.Open != nil && held.By != nil && held.Open.ID < held.By.ID {
		held.Open = nil // what was set after it does not depend on it
	}

	held.Unsure = held.Next != nil && held.Next.Since != nil && !held.Next.Since.After(at)

	held.Late = held.By != nil && held.By.SettledAt != nil && held.By.SettledAt.After(at)

	switch {
	case held.By != nil:
		held.Values = held.By.After
	case held.Next != nil:
		held.Values = held.Next.Before
	default:
		if held.Values, err = c.Values(ctx, name); err != nil {
			return Held{}, err
		}
	}

	return held, nil
}

// Values returns what a section held when it was last seen, nil where it never was.
func (c *Changes) Values(ctx context.Context, name ops.SectionName) (values ops.Values, err error) {
	var text string

	err = c.db.Read().QueryRowContext(ctx, `
		SELECT r.values_json
		FROM opsconsole_sections s JOIN opsconsole_revisions r ON r.section = s.section AND r.revision = s.revision
		WHERE s.section = $1`, name).Scan(&text)
	if err == nil {
		err = values.UnmarshalJSON([]byte(text))
	}

	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read what %s holds: %w", name, err)
	}

	return values, nil
}

// first is the first change that the clause selects of a section and a moment, nil where there is none.
func (c *Changes) first(ctx context.Context, clause string, section ops.SectionName, at time.Time) (*Change, error) {
	found, err := c.list(ctx, clause, section, store.Time{Time: at})
	if err != nil || len(found) == 0 {
		return nil, err
	}

	return &found[0], c.markTemporary(ctx, found[:1])
}
