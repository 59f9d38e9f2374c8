package changes

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const changesTable = "opsconsole_changes"

// columns are those of opsconsole_changes that are written and read, but for the id; values is how a
// section's values are.
func (c *Change) columns(values func(*ops.Values) store.Value) store.Columns {
	return append(store.Columns{
		{Name: "section", Value: &c.Section},
		{Name: "at", Value: store.ZeroTime(&c.At)},
		{Name: "actor", Value: &c.Actor},
		{Name: "reason", Value: &c.Reason},
		{Name: "source", Value: &c.Source},
		{Name: "outcome", Value: &c.Outcome},
		{Name: "before_json", Value: values(&c.Before)},
		{Name: "after_json", Value: values(&c.After)},
		{Name: "fields", Value: fieldList{&c.Fields}},
		{Name: "restores", Value: &c.Restores},
		{Name: "restores_part", Value: nullFlag{&c.RestoresPart}},
		{Name: "error", Value: &c.Error},
		{Name: "request_id", Value: &c.RequestID},
		{Name: "settled_at", Value: store.NullTime(&c.SettledAt)},
		{Name: "since", Value: store.NullTime(&c.Since)},
		{Name: "unknown_at", Value: store.ZeroTime(&c.unknownAt)},
		{Name: "point_id", Value: &c.Point},
	}, c.Columns()...)
}

// written are values as they are written.
func written(values *ops.Values) store.Value { return store.JSON(values) } //nolint:ireturn // as [store.JSON] is

// valuesRead are values as they were read, by their text: what a change leaves is what the next one of its section finds,
// and most have the same values elsewhere, too.
type valuesRead map[string]ops.Values

// reading reads values.
func (r valuesRead) reading(values *ops.Values) store.Value { //nolint:ireturn // columns need no more of it
	return valuesReader{written(values), values, r}
}

type valuesReader struct {
	column store.Value
	values *ops.Values
	read   valuesRead
}

// Value implements [driver.Valuer].
func (r valuesReader) Value() (driver.Value, error) { return r.column.Value() }

// Scan implements [sql.Scanner].
func (r valuesReader) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return r.column.Scan(src)
	}

	if values, read := r.read[text]; read {
		*r.values = values.Clone()

		return nil
	}

	err := r.column.Scan(src)
	if err == nil {
		r.read[text] = r.values.Clone()
	}

	return err
}

// fieldList keeps the names of fields, which have no commas.
type fieldList struct{ names *[]string }

// Value implements [driver.Valuer].
func (l fieldList) Value() (driver.Value, error) { return strings.Join(*l.names, ","), nil }

// Scan implements [sql.Scanner].
func (l fieldList) Scan(src any) error {
	var text sql.NullString

	err := text.Scan(src)
	*l.names = strings.Split(text.String, ",")

	return err
}

// nullFlag keeps true as 1, and false as NULL: so a version before this one leaves it.
type nullFlag struct{ set *bool }

// Value implements [driver.Valuer].
func (f nullFlag) Value() (driver.Value, error) {
	if !*f.set {
		return nil, nil //nolint:nilnil // NULL is a value
	}

	return int64(1), nil
}

// Scan implements [sql.Scanner].
func (f nullFlag) Scan(src any) error {
	var n sql.NullInt64

	err := n.Scan(src)
	*f.set = n.Int64 != 0

	return err
}

// insert writes a new change and returns its id.
func insert(ctx context.Context, tx *sql.Tx, change Change, intent int64) (int64, error) {
	if !change.Open() {
		change.SettledAt = &change.At
	}

	unreviewed := 0
	if change.Source == SourceExternal {
		unreviewed = 1
	}

	id, err := append(change.columns(written),
		store.Column{Name: "intent", Value: intent}, store.Column{Name: "unreviewed", Value: unreviewed}).Insert(ctx, tx, changesTable)
	if err != nil {
		return 0, fmt.Errorf("write the change: %w", err)
	}

	for _, field := range change.Fields {
		err := store.Send(ctx, tx, `
			INSERT INTO opsconsole_change_fields (field, change_id, changed_at) VALUES ($1, $2, $3)`,
			field, id, store.Time{Time: change.At})
		if err != nil {
			return 0, fmt.Errorf("write the change's fields: %w", err)
		}
	}

	return id, nil
}

// fieldNames are the names of the fields of the differences.
func fieldNames(differences []ops.Difference) []string {
	names := make([]string, 0, len(differences))
	for _, d := range differences {
		names = append(names, d.Field.Name)
	}

	return names
}

// columnsRead are the columns that are read, their values by those that were read already.
func columnsRead(values valuesRead) func(c *Change) store.Columns {
	return func(c *Change) store.Columns {
		return append(store.Columns{{Name: "id", Value: &c.ID}}, c.columns(values.reading)...)
	}
}

// selectChanges returns the changes that the clause selects.
func selectChanges(ctx context.Context, q store.Querier, clause string, args ...any) ([]Change, error) {
	out, err := store.Select(ctx, q, changesTable, columnsRead(valuesRead{}), clause, args...)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}

	for i := range out {
		if out[i].Outcome == Applied { // a version before this one writes the outcome alone
			out[i].Failure = failure.Failure{}
		}
	}

	return out, markKept(ctx, q, out)
}

// list returns the changes that the clause selects, with the ids of their restores.
func (c *Changes) list(ctx context.Context, clause string, args ...any) ([]Change, error) {
	out, err := selectChanges(ctx, c.db.Read(), clause, args...)
	if err != nil {
		return nil, err
	}

	return out, c.markRestored(ctx, out)
}

// markTemporary fills in Lease, for those who read of a change: no change depends on it.
func (c *Changes) markTemporary(ctx context.Context, list []Change) error {
	if len(list) == 0 {
		return nil
	}

	ids := make([]int64, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}

	began, err := c.leases.OfChanges(ctx, ids)

	for i := range list {
		if l, ok := began[list[i].ID]; ok {
			list[i].Lease = &l
		}
	}

	return err
}

// Get returns one change with its lease; RESOURCE_NOT_FOUND when there is none.
func (c *Changes) Get(ctx context.Context, id int64) (Change, error) {
	found, err := selectChanges(ctx, c.db.Read(), `WHERE id = $1`, id)
	if err != nil {
		return Change{}, err
	}

	if len(found) == 0 {
		return Change{}, ops.NotFound("change", id)
	}

	return found[0], c.mark(ctx, found)
}

// get returns one change, as far as other changes depend on it.
func (c *Changes) get(ctx context.Context, id int64) (Change, error) {
	found, err := c.list(ctx, `WHERE id = $1`, id)
	if err != nil {
		return Change{}, err
	}

	if len(found) == 0 {
		return Change{}, ops.NotFound("change", id)
	}

	return found[0], nil
}
