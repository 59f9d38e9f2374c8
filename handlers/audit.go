package handlers

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// auditQuery reads the filter in the query.
func (p *page) auditQuery() (audit.Filter, templates.AuditFilter, *query) {
	q := &query{p: p, errs: map[string]string{}}
	filter := audit.Filter{
		Actor: p.QueryParam("actor"), Action: audit.Action(q.oneOf("action", texts(audit.Actions()))),
		Object: p.QueryParam("object"), Outcome: audit.Outcome(q.oneOf("outcome", texts(audit.Outcomes()))),
		From: q.moment("from"), Until: q.moment("until"), Before: q.cursor(), Limit: q.limit(),
	}
	typed := templates.AuditFilter{
		Actor: filter.Actor, Action: p.QueryParam("action"), Object: filter.Object, Outcome: p.QueryParam("outcome"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Before: filter.Before, Errors: q.errs,
	}

	return filter, typed, q
}

// audit lists the log.
func (h *Handlers) audit(p *page) error {
	filter, typed, q := p.auditQuery()
	view := templates.Audit{Items: []audit.Entry{}, Filter: typed, Chain: h.Audit.State(), Now: p.now}

	if err := q.refusal(); err != nil && p.wantsJSON() {
		return err
	}

	status := 0
	if len(q.errs) > 0 {
		status = ops.CodeValidationFailed.HTTPStatus()
	} else {
		found, err := h.Audit.List(p.ctx(), filter)
		if err != nil {
			return err
		}

		if view.Total, err = h.Audit.Count(p.ctx(), filter); err != nil {
			return err
		}

		view.Items, view.Next = list(found.Items), next(found.Next)
	}

	return p.answer(answer{status: status, data: view, full: templates.AuditPage(h.shell(p, "audit", "Audit"), view)})
}

// export writes every entry that the filter selects, newest first, as it reads them.
func (h *Handlers) export(p *page, kind, name string, write func(audit.Entry) error, flush func() error) error {
	filter, _, q := p.auditQuery()
	if err := q.refusal(); err != nil {
		return err
	}

	_, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{
		Action: audit.LogExport, Object: p.Request().URL.RequestURI(), Outcome: audit.Done,
	})
	if err != nil {
		return err
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, kind)
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	p.Response().WriteHeader(http.StatusOK)

	for entry, err := range h.Audit.All(p.ctx(), filter) {
		if err != nil {
			return err
		}

		if err := write(entry); err != nil {
			return err
		}
	}

	return flush()
}

// auditCSV is the log for a spreadsheet: RFC 4180.
func (h *Handlers) auditCSV(p *page) error {
	w := csv.NewWriter(p.Response())
	head := []string{
		"seq", "at", "actor", "role", "remote_addr", "request_id", "action", "object", "outcome",
		"reason", "intent", "change", "before", "after", "message", "prev_hash", "hash",
	}
	first := true

	return h.export(p, "text/csv; charset=utf-8", "audit.csv", func(e audit.Entry) error {
		if first {
			first = false

			if err := w.Write(head); err != nil {
				return err
			}
		}

		return w.Write([]string{
			strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), inert(e.Actor), e.Role, e.RemoteAddr, inert(e.RequestID),
			string(e.Action), inert(e.Object), string(e.Outcome), inert(e.Reason), strconv.FormatInt(e.Intent, 10),
			strconv.FormatInt(e.Change, 10), string(e.Before), string(e.After), inert(e.Message), e.PrevHash, e.Hash,
		})
	}, func() error {
		w.Flush()

		return w.Error()
	})
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}

	return s
}

// auditLines is the log as JSON, an entry a line, as the hashes were made from.
func (h *Handlers) auditLines(p *page) error {
	encoder := json.NewEncoder(p.Response())

	return h.export(p, "application/jsonl; charset=utf-8", "audit.jsonl",
		func(e audit.Entry) error { return encoder.Encode(e) }, func() error { return nil })
}
