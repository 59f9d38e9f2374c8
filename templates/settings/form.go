package settings

import (
	"iter"
	"slices"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// groups are the fields that belong together: those of mappings, of snapshots.
func (f *Form) groups() [][]FormField {
	return slices.Collect(grouped(f.Fields, func(field FormField) string { return field.Group }))
}

// grouped yields the runs of items of one group.
func grouped[T any](items []T, group func(T) string) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for start := 0; start < len(items); {
			end := start + 1
			for end < len(items) && group(items[end]) == group(items[start]) {
				end++
			}

			if !yield(items[start:end]) {
				return
			}

			start = end
		}
	}
}

// shut says why nothing can be changed now, "" when it can.
func (v Config) shut() string { return whyShut(v.Open, v.Stale) }

func (f *Form) shut(open *changes.Change) string { return whyShut(open, f.Shut) }

func whyShut(open *changes.Change, unread bool) string {
	switch {
	case open != nil:
		return openHelp
	case unread:
		return unreadHelp
	default:
		return ""
	}
}

func (f *Form) asksDuration() bool {
	return slices.ContainsFunc(f.Fields, func(field FormField) bool { return field.Kind == ops.KindDuration })
}
