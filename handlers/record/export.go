package record

import (
	"iter"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// exportWithin is how long a reader of an export may take for a batch.
const exportWithin = time.Minute

// exportBatch is how many entries an export may write before it has to be read.
const exportBatch = 1000

// export writes every entry that the filter selects, newest first, as it reads them.
func (h *Handlers) export(p *web.Page, kind, name string, writer func(q *web.Query) audit.Writer) error {
	filter, _, q := auditQuery(p)

	w := writer(q)
	if err := q.Err(); err != nil {
		return err
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, kind)

	if p.Request().Method == http.MethodHead { // Nothing is exported.
		return p.NoContent(http.StatusOK)
	}

	_, err := h.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{
		Action: audit.LogExport, Object: p.Request().URL.RequestURI(), Outcome: audit.Done,
	})
	if err != nil {
		return err
	}

	next, stop := iter.Pull2(h.Audit.All(p.Ctx(), filter))
	defer stop()

	// What goes wrong with the first page can still be said.
	entry, err, more := next()
	if err != nil {
		return err
	}

	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	p.Response().WriteHeader(http.StatusOK)

	if err := w.Head(); err != nil {
		return err
	}

	for n := 0; more; entry, err, more = next() {
		if err != nil {
			return err
		}

		if n++; n%exportBatch == 0 {
			if err := p.WriteUntil(h.Now().Add(exportWithin)); err != nil {
				return err
			}
		}

		if err := w.Write(entry); err != nil {
			return err
		}
	}

	return w.Flush()
}

// AuditCSV is the log for a spreadsheet: RFC 4180.
func (h *Handlers) AuditCSV(p *web.Page) error {
	return h.export(p, "text/csv; charset=utf-8", "audit.csv", func(q *web.Query) audit.Writer { return audit.CSV(p.CSV(q)) })
}

// AuditLines is the log as JSON, an entry a line, as the hashes were made from.
func (h *Handlers) AuditLines(p *web.Page) error {
	return h.export(p, "application/jsonl; charset=utf-8", "audit.jsonl",
		func(*web.Query) audit.Writer { return audit.Lines(p.Response()) })
}
