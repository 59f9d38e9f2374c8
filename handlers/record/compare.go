package record

import (
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/record"
)

// Compare shows what differs between two changes and, where they are of one section, between what it held after each.
func (h *Handlers) Compare(p *web.Page) error {
	ids, err := pair(p, pages.TickedChange, "a change")
	if err != nil {
		return err
	}

	var two [2]changes.Change

	for i, id := range ids {
		if two[i], err = h.Changes.Get(p.Ctx(), id); err != nil {
			return err
		}
	}

	view := pages.Compare{A: two[0], B: two[1], Tickets: h.Tickets, Now: p.Now}

	if view.A.Section == view.B.Section {
		section, err := ops.SectionOf(view.A.Section)
		if err != nil {
			return err
		}

		view.Title, view.Differences = section.Title, web.List(section.Diff(view.A.After, view.B.After))
	}

	return p.Answer(web.Answer{Data: view, Full: pages.ComparePage(h.Shell(p, "history", "Compare"), view)})
}

// CompareEntries shows what differs between two acts of the audit log, each by an entry of it.
func (h *Handlers) CompareEntries(p *web.Page) error {
	seqs, err := pair(p, pages.TickedEntry, "an entry")
	if err != nil {
		return err
	}

	two := make([]audit.Entry, len(seqs))

	for i, seq := range seqs {
		entry, ok, err := h.Audit.Get(p.Ctx(), seq)
		if err != nil {
			return err
		}

		if !ok {
			return &ops.Error{Code: ops.CodeNotFound, Message: "The audit log has no entry " + strconv.FormatInt(seq, 10) + "."}
		}

		two[i] = entry
	}

	view := pages.CompareEntries{A: two[0], B: two[1], Tickets: h.Tickets, Now: p.Now}
	if view.Others, err = h.Audit.Intents(p.Ctx(), two); err != nil {
		return err
	}

	return p.Answer(web.Answer{Data: view, Full: pages.CompareEntriesPage(h.Shell(p, "audit", "Compare"), view)})
}

// pair reads the numbers of the two that are compared: a and b or, from a list, those that were ticked, the older one first.
func pair(p *web.Page, ticked, what string) (ids [2]int64, err error) {
	values := p.QueryParams()
	texts, names := values[ticked], []string{ticked, ticked}

	if values.Has("a") || values.Has("b") {
		texts, names = []string{values.Get("a"), values.Get("b")}, []string{"a", "b"}
	}

	if len(texts) != len(ids) {
		return ids, ops.Invalid([]ops.FieldError{{
			Field: "query." + ticked, Message: "must be given twice: go back and tick the two rows to compare", Type: "length",
		}})
	}

	for i, text := range texts {
		if ids[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return ids, ops.Invalid([]ops.FieldError{{
				Field: "query." + names[i], Message: "must be the number of " + what, Type: "int_type",
			}})
		}
	}

	if names[0] == ticked {
		ids[0], ids[1] = min(ids[0], ids[1]), max(ids[0], ids[1])
	}

	return ids, nil
}
