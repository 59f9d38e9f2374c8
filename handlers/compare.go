package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/record"
)

// compare shows what differs between what a section held after two changes.
func (h *Handlers) compare(p *page) error {
	var pair [2]changes.Change

	for i, name := range []string{"a", "b"} {
		id, err := strconv.ParseInt(p.QueryParam(name), 10, 64)
		if err != nil {
			return ops.Invalid([]ops.FieldError{{Field: "query." + name, Message: "must be the number of a change", Type: "int_type"}})
		}

		if pair[i], err = h.Changes.Get(p.ctx(), id); err != nil {
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

	view := record.Compare{
		A: a, B: b, Differences: list(section.Diff(a.After, b.After)), Title: section.Title, Fields: section.Fields, Now: p.now,
	}

	return p.answer(answer{data: view, full: record.ComparePage(h.shell(p, "history", "Compare"), view)})
}

// keepForm asks why an outside change may stand.
func (h *Handlers) keepForm(p *page) error {
	id, err := p.id("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return err
	}

	return h.showKeepForm(p, http.StatusOK, record.KeepForm{Change: change})
}

func (h *Handlers) showKeepForm(p *page, status int, view record.KeepForm) error {
	section, err := ops.SectionOf(view.Change.Section)
	if err != nil {
		return err
	}

	view.Title, view.Differences, view.Now = section.Title, section.Diff(view.Change.Before, view.Change.After), p.now

	return p.answer(answer{
		status: status, data: view, full: record.KeepPage(h.shell(p, "history", "Keep a change from outside"), view),
	})
}

// keep lets an outside change stand.
func (h *Handlers) keep(p *page) error {
	id, err := p.id("change")
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return h.refused(p, p.entry(audit.ChangeKeep, "history", ""), err)
	}

	var change changes.Change

	if errs := in.only("reason"); len(errs) > 0 {
		err = h.refused(p, p.entry(audit.ChangeKeep, "history", in.reason()), ops.Invalid(errs))
	} else {
		change, err = h.Changes.KeepExternal(p.ctx(), p.actor(), id, in.reason())
	}

	switch {
	case len(ops.FieldErrors(err)) > 0 && !p.wantsJSON():
		return h.keepRefused(p, id, in.reason(), err)
	case err != nil:
		return err
	case p.wantsJSON():
		return p.json(http.StatusOK, map[string]changes.Change{"change": change})
	default:
		return p.seeOther("/history/" + strconv.FormatInt(id, 10))
	}
}

// keepRefused shows the form again with what was typed.
func (h *Handlers) keepRefused(p *page, id int64, reason string, cause error) error {
	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return err
	}

	errs, problem := beside(cause, func(name string) bool { return name == "reason" })

	return h.showKeepForm(p, http.StatusUnprocessableEntity, record.KeepForm{
		Change: change, Reason: reason, ReasonError: strings.TrimSpace(errs["reason"] + " " + problem),
	})
}
