package changes

import (
	"context"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
)

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

		page, err := c.History(ctx, Filter{Section: current.Section.Name, Field: name, Outcome: Applied})
		if err != nil {
			return nil, err
		}

		// The history is by time, and clocks are set: what was written last has the highest id.
		for _, change := range page.Items {
			if field.Equal(change.After[name], current.Values[name]) && change.ID > out[name].ID {
				out[name] = change
			}
		}
	}

	return out, nil
}

// replaced refuses to take back the fields that somebody else has changed since, and says of
// each who did; details have the changes by the names of the fields.
func (c *Changes) replaced(ctx context.Context, current Current, fields []string) (*ops.Error, error) {
	by, err := c.SetBy(ctx, current, fields)
	if err != nil {
		return nil, err
	}

	who, ids := make([]string, 0, len(fields)), map[string]any{}

	for _, name := range fields {
		field, _ := current.Section.Field(name)

		change, known := by[name]
		if !known {
			who = append(who, field.Label+" (nobody knows who)")

			continue
		}

		who = append(who, fmt.Sprintf("%s (%s, change %d)", field.Label, change.From(), change.ID))
		ids[name] = change.ID
	}

	return &ops.Error{
		Code: ops.CodeConflict, Message: "Somebody else changed what it set: " + strings.Join(who, ", ") + ".",
		Details: map[string]any{"changes": ids},
	}, nil
}
