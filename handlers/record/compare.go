package record

import (
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/record"
)

// Compare shows what differs between what a section held after two changes.
func (h *Handlers) Compare(p *web.Page) error {
	var pair [2]changes.Change

	for i, name := range []string{"a", "b"} {
		id, err := strconv.ParseInt(p.QueryParam(name), 10, 64)
		if err != nil {
			return ops.Invalid([]ops.FieldError{{Field: "query." + name, Message: "must be the number of a change", Type: "int_type"}})
		}

		if pair[i], err = h.Changes.Get(p.Ctx(), id); err != nil {
			return err
		}
	}

	a, b := pair[0], pair[1]
	if a.Section != b.Section {
		return ops.Invalid([]ops.FieldError{{
			Field: "query.b", Message: "is a change of another section: only changes of one section can be compared", Type: "section",
		}})
	}

	section, err := ops.SectionOf(a.Section)
	if err != nil {
		return err
	}

	view := pages.Compare{
		A: a, B: b, Differences: web.List(section.Diff(a.After, b.After)), Title: section.Title, Fields: section.Fields, Now: p.Now,
	}

	return p.Answer(web.Answer{Data: view, Full: pages.ComparePage(h.Shell(p, "history", "Compare"), view)})
}
