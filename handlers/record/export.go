package record

import (
	"encoding/csv"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// exportWithin is how long a reader of an export may take for a batch.
const exportWithin = time.Minute

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
func (h *Handlers) export(p *web.Page, x exported) error {
	filter, _, q := auditQuery(p)
	if err := q.Err(); err != nil {
		return err
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, x.kind)

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
			if err := p.WriteUntil(h.Now().Add(exportWithin)); err != nil {
				return err
			}
		}

		if err := x.write(entry); err != nil {
			return err
		}
	}

	return x.flush()
}

// AuditCSV is the log for a spreadsheet: RFC 4180.
func (h *Handlers) AuditCSV(p *web.Page) error {
	w := csv.NewWriter(p.Response())

	return h.export(p, exported{
		kind: "text/csv; charset=utf-8", name: "audit.csv",
		head: func() error {
			return w.Write([]string{
				"seq", "at", "actor", "role", "remote_addr", "request_id", "action", "object", "outcome",
				"reason", "intent", "change", "before", "after", "message", "prev_hash", "hash",
				"issuer", "subject", "identity_hash",
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
		strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), web.Cell(e.Actor), e.Role, e.RemoteAddr, web.Cell(e.RequestID),
		string(e.Action), web.Cell(e.Object), string(e.Outcome), web.Cell(e.Reason), strconv.FormatInt(e.Intent, 10),
		strconv.FormatInt(e.Change, 10), string(e.Before), string(e.After), web.Cell(e.Message), e.PrevHash, e.Hash,
		web.Cell(e.Issuer), web.Cell(e.Subject), e.IdentityHash,
	}
}

// AuditLines is the log as JSON, an entry a line, as the hashes were made from.
func (h *Handlers) AuditLines(p *web.Page) error {
	encoder := json.NewEncoder(p.Response())
	nothing := func() error { return nil }

	return h.export(p, exported{
		kind: "application/jsonl; charset=utf-8", name: "audit.jsonl",
		head: nothing, write: func(e audit.Entry) error { return encoder.Encode(e) }, flush: nothing,
	})
}
