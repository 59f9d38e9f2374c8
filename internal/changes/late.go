package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// explain records how the section came from the known values, nil when there are none,
// to those that were found: what changes of ours that were carried out late leave
// unexplained came from outside.
func (c *Changes) explain(
	ctx context.Context, tx *sql.Tx, section ops.Section, at position, known ops.Values, found ops.SectionState,
) error {
	if known != nil && !section.Equal(known, found.Values) {
		var err error
		if known, err = c.explainLate(ctx, tx, section, &at, known, found); err != nil {
			return err
		}
	}

	if known != nil && section.Equal(known, found.Values) {
		return nil
	}

	return c.external(ctx, tx, section, at, known, found)
}

// explainLate looks for a change of ours that was given up and whose values are there now: it
// was carried out after all. It returns what is explained then.
func (c *Changes) explainLate(
	ctx context.Context, tx *sql.Tx, section ops.Section, at *position, known ops.Values, found ops.SectionState,
) (ops.Values, error) {
	candidates, err := givenUp(ctx, tx, section)
	if err != nil {
		return nil, err
	}

	for _, change := range candidates {
		if section.EqualIn(change.Fields, known, found.Values) || !section.EqualIn(change.Fields, change.After, found.Values) {
			continue
		}

		return c.settleLate(ctx, tx, section, at, change, known, found)
	}

	return known, nil
}

// givenUp returns the changes of the section that may be carried out yet, newest first.
func givenUp(ctx context.Context, tx *sql.Tx, section ops.Section) ([]Change, error) {
	return selectChanges(ctx, tx, `WHERE section = $1 AND given_up = 1 ORDER BY id DESC`, section.Name)
}

// settleLate writes down that a change that was given up took effect. When it still
// follows what was known, it is applied; else it stays failed, and a change of its own
// says what it did to what had come between. It returns the values that it left.
func (c *Changes) settleLate(
	ctx context.Context, tx *sql.Tx, section ops.Section, at *position, change Change, known ops.Values, found ops.SectionState,
) (ops.Values, error) {
	message := fmt.Sprintf("The control plane carried it out late: it took effect %s after it was made.",
		humantime.Span(c.now().Sub(change.At)))

	// A request may name more fields than it changed, and take those back along with it.
	left := known.Clone()

	for _, f := range section.Fields {
		if f.Equal(change.After[f.Name], found.Values[f.Name]) {
			left[f.Name] = found.Values[f.Name]
		}
	}

	made, since := change, c.now()

	between, err := changedSince(ctx, tx, section, change, known)
	if err != nil {
		return nil, err
	}

	outcome := Applied

	if between {
		if !at.seenAt.IsZero() {
			made.Since = new(at.seenAt.Time) // when its values were not there yet
		}

		if made, err = c.repeat(ctx, tx, section, made, known, left, since, message); err != nil {
			return nil, err
		}

		outcome, message = Failed, message+fmt.Sprintf(" Something came between, so change %d is what it did.", made.ID)
	}

	var intent int64

	err = tx.QueryRowContext(ctx, `
		UPDATE opsconsole_changes SET outcome = $1, error = $2, settled_at = $3, given_up = 0,
			error_code = CASE WHEN $1 = 'applied' THEN NULL ELSE error_code END,
			error_details_json = CASE WHEN $1 = 'applied' THEN NULL ELSE error_details_json END
		WHERE id = $4 RETURNING intent`,
		outcome, message, store.Time{Time: since}, change.ID).Scan(&intent)
	if err != nil {
		return nil, fmt.Errorf("settle change %d late: %w", change.ID, err)
	}

	request := Request{Section: change.Section, Source: change.Source}

	_, err = c.log.Append(ctx, tx, audit.Actor{Username: change.Actor}, audit.Entry{
		Action: request.action(), Object: request.object(), Outcome: audit.Done,
		Reason: change.Reason, Intent: intent, Change: made.ID, Message: message,
	})
	if err != nil {
		return nil, err
	}

	if err := c.settleOthers(ctx, tx, made, Applied, true); err != nil {
		return nil, err
	}

	at.revision++
	at.seenAt.Time = change.At

	return left, c.advance(ctx, tx, section, at.revision, left, sql.NullInt64{Int64: made.ID, Valid: true})
}

// changedSince reports whether something was applied since the change was made. Values may
// have gone back to what it found, and an earlier change may have been late as well.
func changedSince(ctx context.Context, tx *sql.Tx, section ops.Section, change Change, known ops.Values) (bool, error) {
	if !section.Equal(change.Before, known) {
		return true, nil
	}

	var later bool

	err := tx.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM opsconsole_changes WHERE section = $1 AND id > $2 AND outcome = $3)`,
		change.Section, change.ID, Applied).Scan(&later)
	if err != nil {
		return false, fmt.Errorf("look for what came after change %d: %w", change.ID, err)
	}

	return later, nil
}

// repeat writes what a change did that was carried out after others, and lets its lease
// take back that.
func (c *Changes) repeat(
	ctx context.Context, tx *sql.Tx, section ops.Section, change Change, before, after ops.Values, at time.Time, message string,
) (Change, error) {
	made := change
	made.At, made.Outcome, made.Before, made.After = at, Applied, before, after
	made.Fields, made.Error, made.Failure = fieldNames(section.Diff(before, after)), &message, failure.Failure{}

	var err error
	if made.ID, err = insert(ctx, tx, made, 0); err != nil {
		return Change{}, err
	}

	taken := ops.Values{}
	for _, field := range change.Fields {
		taken[field] = before[field]
	}

	return made, c.leases.Reassign(ctx, tx, change.ID, made.ID, taken)
}

// forgetReplaced forgets the changes that were given up and of which an applied one has set a
// field again: their values would not turn up by themselves any more.
func forgetReplaced(ctx context.Context, tx *sql.Tx, change Change) error {
	err := store.Send(ctx, tx, `
		UPDATE opsconsole_changes SET given_up = 0 WHERE section = $1 AND given_up = 1 AND id < $2 AND EXISTS (
			SELECT 1 FROM opsconsole_change_fields theirs JOIN opsconsole_change_fields ours ON ours.field = theirs.field
			WHERE theirs.change_id = opsconsole_changes.id AND ours.change_id = $2)`, change.Section, change.ID)
	if err != nil {
		return fmt.Errorf("forget what change %d replaces: %w", change.ID, err)
	}

	return nil
}
