package handlers

import (
	"encoding/csv"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/record"
)

// auditQuery reads the filter in the query.
func (p *page) auditQuery() (audit.Filter, record.AuditFilter, *query) {
	q := &query{p: p, errs: map[string]string{}}
	filter := audit.Filter{
		Actor: q.text("actor"), Action: audit.Action(q.oneOf("action", texts(audit.Actions()))),
		Object: q.text("object"), Outcome: audit.Outcome(q.oneOf("outcome", texts(audit.Outcomes()))),
		From: q.moment("from"), Until: q.moment("until"), Before: q.cursor(), Limit: q.limit(),
	}
	typed := record.AuditFilter{
		Actor: filter.Actor, Action: p.QueryParam("action"), Object: filter.Object, Outcome: p.QueryParam("outcome"),
		From: p.QueryParam("from"), Until: p.QueryParam("until"), Before: filter.Before, Errors: q.errs,
	}

	return filter, typed, q
}

// audit lists the log.
func (h *Handlers) audit(p *page) error {
	filter, typed, q := p.auditQuery()
	view := record.Audit{Items: []audit.Entry{}, Filter: typed, Chain: h.Audit.State(), Now: p.now}

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

	return p.answer(answer{status: status, data: view, full: record.AuditPage(h.shell(p, "audit", "Audit"), view)})
}

// exportBatch is how many entries an export may write before it has to be read.
const exportBatch = 1000

// exported is how the entries of an export are written, and what stands above them.
type exported struct {
	kind, name string
	head       func() error
	write      func(audit.Entry) error
	flush      func() error
}

// export writes every entry that the filter selects, newest first, as it reads them.
func (h *Handlers) export(p *page, x exported) error {
	filter, _, q := p.auditQuery()
	if err := q.refusal(); err != nil {
		return err
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, x.kind)

	if p.Request().Method == http.MethodHead { // Nothing is exported.
		return p.NoContent(http.StatusOK)
	}

	_, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{
		Action: audit.LogExport, Object: p.Request().URL.RequestURI(), Outcome: audit.Done,
	})
	if err != nil {
		return err
	}

	next, stop := iter.Pull2(h.Audit.All(p.ctx(), filter))
	defer stop()

	// What goes wrong with the first page can still be said.
	entry, err, more := next()
	if err != nil {
		return err
	}

	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+x.name+`"`)
	p.Response().WriteHeader(http.StatusOK)

	if err := x.head(); err != nil {
		return err
	}

	for n := 0; more; entry, err, more = next() {
		if err != nil {
			return err
		}

		if n++; n%exportBatch == 0 {
			if err := h.writeWithin(p, exportWithin); err != nil {
				return err
			}
		}

		if err := x.write(entry); err != nil {
			return err
		}
	}

	return x.flush()
}

// auditCSV is the log for a spreadsheet: RFC 4180.
func (h *Handlers) auditCSV(p *page) error {
	w := csv.NewWriter(p.Response())

	return h.export(p, exported{
		kind: "text/csv; charset=utf-8", name: "audit.csv",
		head: func() error {
			return w.Write([]string{
				"seq", "at", "actor", "role", "remote_addr", "request_id", "action", "object", "outcome",
				"reason", "intent", "change", "before", "after", "message", "prev_hash", "hash",
			})
		},
		write: func(e audit.Entry) error { return w.Write(csvRow(e)) },
		flush: func() error {
			w.Flush()

			return w.Error()
		},
	})
}

func csvRow(e audit.Entry) []string {
	return []string{
		strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), inert(e.Actor), e.Role, e.RemoteAddr, inert(e.RequestID),
		string(e.Action), inert(e.Object), string(e.Outcome), inert(e.Reason), strconv.FormatInt(e.Intent, 10),
		strconv.FormatInt(e.Change, 10), string(e.Before), string(e.After), inert(e.Message), e.PrevHash, e.Hash,
	}
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
	nothing := func() error { return nil }

	return h.export(p, exported{
		kind: "application/jsonl; charset=utf-8", name: "audit.jsonl",
		head: nothing, write: func(e audit.Entry) error { return encoder.Encode(e) }, flush: nothing,
	})
}
