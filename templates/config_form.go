package templates

import (
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/changes"
)

// groups are the fields that nest in the same object of the contract's JSON:
// mapping.default_ttl stands with mapping.max_ttl.
func (f *Form) groups() [][]FormField {
	var out [][]FormField

	last := ""

	for _, field := range f.Fields {
		object, _, nested := strings.Cut(field.Name, ".")
		if !nested {
			object = ""
		}

		if len(out) == 0 || object != last {
			out = append(out, nil)
		}

		out[len(out)-1] = append(out[len(out)-1], field)
		last = object
	}

	return out
}

func (f *Form) asksDuration() bool {
	return slices.ContainsFunc(f.Fields, func(field FormField) bool { return field.Kind == changes.KindDuration })
}
