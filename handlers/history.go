package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/record"
)

// history lists the changes that the query selects.
func (h *Handlers) history(p *page) error {
	q := query{p: p, errs: map[string]string{}}
	typed := record.HistoryFilter{
		Section: p.QueryParam("section"), Actor: q.text("actor"), Field: q.text("field"),
		Source: p.QueryParam("source"), Outcome: p.QueryParam("outcome"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"),
	}
	filter := changes.Filter{
		Section: ops.SectionName(q.oneOf("section", sectionNames())), Actor: typed.Actor, Field: typed.Field,
		Source:  changes.Source(q.oneOf("source", texts(changes.Sources()))),
		Outcome: changes.Outcome(q.oneOf("outcome", []string{"pending", "applied", "failed", "unknown"})),
		From:    q.moment("from"), Until: q.moment("until"), Before: q.cursor(), Limit: q.limit(),
	}
	typed.Before, typed.Errors = filter.Before, q.errs

	view := record.History{Items: []changes.Change{}, Filter: typed, Tickets: h.Tickets, Now: p.now}

	if err := q.refusal(); err != nil && p.wantsJSON() {
		return err
	}

	status := 0
	if len(q.errs) > 0 {
		status = ops.CodeValidationFailed.HTTPStatus()
	} else {
		found, err := h.Changes.History(p.ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Changes.Count(p.ctx(), filter); err != nil {
			return err
		}

		view.Items, view.Next = list(found.Items), next(found.Next)
	}

	return p.answer(answer{status: status, data: view, full: record.HistoryPage(h.shell(p, "history", "History"), view)})
}

// change shows one change.
func (h *Handlers) change(p *page) error {
	id, err := p.id("change")
	if err != nil {
		return err
	}

	change, err := h.Changes.Get(p.ctx(), id)
	if err != nil {
		return err
	}

	section, err := ops.SectionOf(change.Section)
	if err != nil {
		return err
	}

	view := record.ChangeDetail{
		Change: change, Differences: section.Diff(change.Before, change.After),
		Title: section.Title, Fields: section.Fields, Tickets: h.Tickets, Now: p.now,
	}

	known, err := h.Changes.Known(p.ctx(), change.Section)

	switch {
	case err != nil:
		return err
	case change.Open():
		view.NotRestorable = "It is not known yet whether it took effect."
	case change.Outcome != changes.Applied:
		view.NotRestorable = "It did not take effect, so there is nothing to restore."
	case len(section.Diff(known.Values, change.Before)) == 0:
		view.NotRestorable = "What was before it is set now."
	}

	return p.answer(answer{data: view, full: record.ChangePage(h.shell(p, "history", "Change "+strconv.FormatInt(id, 10)), view)})
}

func sectionNames() []string {
	names := make([]string, 0, len(ops.Sections()))
	for _, s := range ops.Sections() {
		names = append(names, string(s.Name))
	}

	return names
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}

	return out
}

// next is the cursor of the next page, null on the last one.
func next(cursor int64) *int64 {
	if cursor == 0 {
		return nil
	}

	return &cursor
}

// query reads the parameters of a list and collects what is wrong with them.
type query struct {
	p    *page
	errs map[string]string
}

func (q *query) oneOf(name string, allowed []string) string {
	value := q.p.QueryParam(name)
	if value != "" && !slices.Contains(allowed, value) {
		q.errs[name] = "Must be one of " + strings.Join(allowed, ", ") + "."

		return ""
	}

	return value
}

// moment reads a date, as UTC, or RFC 3339.
func (q *query) moment(name string) time.Time {
	value := q.p.QueryParam(name)
	if value == "" {
		return time.Time{}
	}

	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t
		}
	}

	q.errs[name] = "Write a date, such as 2026-03-01, or a date and time."

	return time.Time{}
}

func (q *query) cursor() int64 { return q.number("before") }

// listMax is the most rows of a list.
const listMax = 500

func (q *query) limit() int {
	n := q.number("limit")
	if n > listMax {
		q.errs["limit"] = "The limit is at most " + strconv.Itoa(listMax) + "."
	}

	return int(n)
}

// number is 0 when it is not given.
func (q *query) number(name string) int64 {
	value := q.p.QueryParam(name)
	if value == "" {
		return 0
	}

	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		q.errs[name] = "Must be a whole number above 0."

		return 0
	}

	return n
}

// refusal is the VALIDATION_FAILED of what is wrong, nil when nothing is.
func (q *query) refusal() error {
	errs := make([]ops.FieldError, 0, len(q.errs))
	for name, message := range q.errs {
		errs = append(errs, ops.FieldError{Field: "query." + name, Message: message, Type: "query"})
	}

	return ops.Invalid(errs)
}
