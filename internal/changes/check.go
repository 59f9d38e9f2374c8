package changes

import (
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// check returns the values with durations in the contract's form, and what is wrong with
// them: names that the section does not have, wrong types, numbers and lengths out of range.
// What the section held is never wrong: a control plane may have other bounds than we know.
func check(section ops.Section, values, held ops.Values) (ops.Values, []ops.FieldError) {
	var errs []ops.FieldError

	checked, asked := ops.Values{}, values.Clone()

	for _, f := range section.Fields {
		value, given := values[f.Name]
		if !given {
			continue
		}

		checked[f.Name] = value

		if was, known := held[f.Name]; known && f.Equal(was, value) {
			delete(asked, f.Name)

			continue
		}

		typed, isText := value.(string)
		if f.Kind != ops.KindDuration || !isText {
			continue
		}

		iso, err := duration(typed)
		if err != nil {
			errs = append(errs, ops.FieldError{Field: "body." + f.Name, Message: err.Error(), Type: "duration"})

			delete(asked, f.Name)

			continue
		}

		checked[f.Name], asked[f.Name] = iso, iso
	}

	errs = append(errs, section.Check(asked)...)
	slices.SortStableFunc(errs, func(a, b ops.FieldError) int { return strings.Compare(a.Type, b.Type) })

	return checked, errs
}

// duration reads what was typed; nothing is no expiry.
func duration(typed string) (any, error) {
	if typed == "" {
		return nil, nil //nolint:nilnil // no expiry is a value
	}

	return humantime.ParseDuration(typed)
}
