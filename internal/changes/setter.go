package changes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

// settersOf are the changes that set what a field holds now, newest first: the history is by time,
// and clocks are set, but what was written last has the highest id. Nearly always it is the very last
// one of the field, unless it was carried out late or the values are older.
func (c *Changes) settersOf(ctx context.Context, current Current, field ops.Field) ([]Change, error) {
	last, err := c.list(ctx, fmt.Sprintf(`JOIN opsconsole_change_fields ON change_id = id
		WHERE field = $1 AND section = $2 AND outcome = 'applied' ORDER BY change_id DESC LIMIT %d`, settersLooked),
		field.Name, current.Section.Name)

	return slices.DeleteFunc(last, func(change Change) bool {
		return !field.Equal(change.After[field.Name], current.Values[field.Name])
	}), err
}

// settersLooked bounds the changes among which the one that set a value is looked for.
const settersLooked = 20

// SetBy returns, by the name of the field, the change that set the value that each of the
// fields has now, whoever made it. A field that no change explains has none: it was like
// that before this console was.
func (c *Changes) SetBy(ctx context.Context, current Current, fields []string) (map[string]Change, error) {
	out := map[string]Change{}

	for _, name := range fields {
		field, ok := current.Section.Field(name)
		if !ok {
			continue
		}

		set, err := c.settersOf(ctx, current, field)
		if err != nil {
			return nil, err
		}

		if len(set) > 0 {
			out[name] = set[0]
		}
	}

	return out, nil
}

// replaced refuses to take back the fields that somebody else has changed since.
func (c *Changes) replaced(ctx context.Context, current Current, fields []string) (*ops.Error, error) {
	return c.setBy(ctx, current, fields, "Somebody else changed what it set")
}

// setBy is the CONFLICT with whoever set the fields, and says of each who did; details have the changes
// by the names of the fields.
func (c *Changes) setBy(ctx context.Context, current Current, fields []string, what string) (*ops.Error, error) {
	by, err := c.SetBy(ctx, current, fields)
	if err != nil {
		return nil, err
	}

	who, ids := make([]string, 0, len(fields)), map[string]any{}

	for _, name := range fields {
		field, _ := current.Section.Field(name)

		change, known := by[name]
		if !known {
			who = append(who, field.Label+" (by an unknown party)")

			continue
		}

		who = append(who, fmt.Sprintf("%s (%s, change %d)", field.Label, change.From(), change.ID))
		ids[name] = change.ID
	}

	return &ops.Error{
		Code: ops.CodeConflict, Message: what + ": " + strings.Join(who, ", ") + ".",
		Details: map[string]any{"changes": ids},
	}, nil
}
