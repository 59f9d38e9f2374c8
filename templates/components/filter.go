package components

import (
	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/format"
)

func invalid(name string, errors map[string]string) templ.Attributes {
	if errors[name] == "" {
		return nil
	}

	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "filter-" + name + "-error"}
}

// Plain are named strings as plain ones.
func Plain[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}

	return out
}

// Counted says how many there are, as far as they were counted.
func Counted(total int) string {
	if total > changes.CountMost {
		return "more than " + format.Count(changes.CountMost)
	}

	return format.Count(total)
}

// Named is a value with its name.
type Named struct{ Value, Name string }
