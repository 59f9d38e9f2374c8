package platform

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/spreadsheet"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// searchMax bounds the text of a search.
const searchMax = 200

// liveExports is what everybody sees who asks for nothing else.
func liveExports() pages.ExportsQuery {
	return pages.ExportsQuery{Limit: ops.ExportJobsDefaultLimit, Page: 1}
}

// ExportsParams are the names that the URL of the export jobs may have.
func ExportsParams() []string { return []string{"status", "q", "sort", "limit", "page"} }

// exportsQuery reads what the URL asks for. What is wrong with it is a VALIDATION_FAILED,
// and left out of the query.
func exportsQuery(values url.Values) (query pages.ExportsQuery, problem error) {
	query = liveExports()

	refuse := func(field, message string) {
		problem = ops.Invalid([]ops.FieldError{{Field: "query." + field, Message: message, Type: field}})
	}

	for field, number := range map[string]struct {
		into *int
		most int
	}{"limit": {&query.Limit, ops.ExportJobsMaxLimit}, "page": {&query.Page, ops.ExportJobsMaxLimit}} {
		typed := values.Get(field)
		if typed == "" {
			continue
		}

		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > number.most {
			refuse(field, fmt.Sprintf("The %s is a number from 1 to %d.", field, number.most))

			continue
		}

		*number.into = n
	}

	if status := ops.ExportJobStatus(values.Get("status")); status == "" || slices.Contains(ops.ExportJobStatuses(), status) {
		query.Status = status
	} else {
		refuse("status", "An export job has no such status.")
	}

	if sort := pages.ExportsSort(values.Get("sort")); slices.Contains(pages.ExportsSorts(), sort) {
		query.Sort = sort
	} else {
		refuse("sort", "Export jobs cannot be sorted by that.")
	}

	if query.Search = values.Get("q"); utf8.RuneCountInString(query.Search) > searchMax {
		query.Search = ""

		refuse("q", fmt.Sprintf("A search has at most %d characters.", searchMax))
	}

	return query, problem
}

// ExportsCSV is every job that the query selects, for a spreadsheet: RFC 4180.
func (h *Handlers) ExportsCSV(p *web.Page) error {
	query, problem := exportsQuery(p.QueryParams())
	if problem != nil {
		return problem
	}

	q := p.Query()

	w := p.CSV(q)
	if err := q.Err(); err != nil {
		return err
	}

	query.Page, query.Limit = 1, math.MaxInt

	view, err := h.exportsPage(p, query)

	switch {
	case err != nil:
		return err
	case view.Stale: // A file does not say how old it is.
		return ops.Unavailable(ops.ServiceControlPlane, view.StaleReason)
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	header.Set(echo.HeaderContentDisposition, `attachment; filename="exports.csv"`)
	p.Response().WriteHeader(http.StatusOK)

	rows := [][]string{{
		"id", "snapshot_id", "entity_type", "entity_name", "status", "claimed_at", "claimed_by", "attempts", "error_message", "stuck",
	}}
	for _, j := range view.Jobs {
		rows = append(rows, exportRow(j))
	}

	return w.WriteAll(rows)
}

func exportRow(j pages.ExportJob) []string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}

		return spreadsheet.Cell(*s)
	}

	claimed := ""
	if j.ClaimedAt != nil {
		claimed = j.ClaimedAt.UTC().Format(time.RFC3339Nano)
	}

	return []string{
		strconv.FormatInt(j.ID, 10), strconv.FormatInt(j.SnapshotID, 10), spreadsheet.Cell(j.EntityType), spreadsheet.Cell(j.EntityName),
		spreadsheet.Cell(string(j.Status)), claimed, text(j.ClaimedBy), strconv.Itoa(j.Attempts), text(j.ErrorMessage), j.Stuck,
	}
}
