package platform

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Exports is the page of the export jobs.
type Exports struct {
	shell.Freshness

	Overall components.Line `json:"overall"`
	// ByStatus counts all of them, whatever is shown.
	ByStatus map[ops.ExportJobStatus]int `json:"by_status"`
	// Jobs are those of the page, of Found that match, of Read of the status that were read:
	// the control plane gives out at most the newest 1,000 of each.
	Jobs  []ExportJob `json:"jobs"`
	Found int         `json:"found"`
	Read  int         `json:"read"`
	// ReadByStatus counts what was read of all; Cut are the states of which there are more.
	ReadByStatus map[ops.ExportJobStatus]int `json:"read_by_status"`
	Cut          []ops.ExportJobStatus       `json:"cut"`
	// Stuck counts those that were read and are stuck, whatever is shown.
	Stuck int `json:"stuck"`
	// Query is what was asked for.
	Query ExportsQuery `json:"query"`
	// Problem says what was wrong with the query; "" when nothing was.
	Problem string `json:"-"`
}

// ExportJob is an export job and, when it is stuck, why.
type ExportJob struct {
	ops.ExportJob

	Stuck string `json:"stuck,omitempty"`
}

// ExportsSort is what export jobs are sorted by.
type ExportsSort string

// The orders: trouble first and then the newest, or by a column, the largest first.
const (
	ByTrouble  ExportsSort = ""
	ByID       ExportsSort = "id"
	BySnapshot ExportsSort = "snapshot_id"
	ByClaimed  ExportsSort = "claimed_at"
	ByAttempts ExportsSort = "attempts"
)

// ExportsSorts are all of them.
func ExportsSorts() []ExportsSort {
	return []ExportsSort{ByTrouble, ByID, BySnapshot, ByClaimed, ByAttempts}
}

// ExportsQuery selects export jobs, as it stands in the page's URL.
type ExportsQuery struct {
	// Status is the one selected, "" for all.
	Status ops.ExportJobStatus `json:"status"`
	// Search is a part of the entity's name, the worker's, the error or a number.
	Search string      `json:"search"`
	Sort   ExportsSort `json:"sort"`
	// Limit is the most jobs on a page, Page counts from 1.
	Limit int `json:"limit"`
	Page  int `json:"page"`
}

// isDefault reports whether it selects what everybody sees: the newest of all, trouble first.
func (q ExportsQuery) isDefault() bool {
	return q == ExportsQuery{Limit: ops.ExportJobsDefaultLimit, Page: 1}
}

// URL is the address of the page, or of the file, with this query.
func (q ExportsQuery) URL(path string) string { return components.PageURL(path, q.Values(), 0) }

// CSV is the address of all that is selected, for people's spreadsheets.
func (q ExportsQuery) CSV() string {
	values := q.Values()
	values.Set("for", "excel")

	return components.PageURL("/exports.csv", values, 0)
}

// Values are the query, without what is selected anyway.
func (q ExportsQuery) Values() url.Values {
	query := url.Values{}

	for name, value := range map[string]string{"status": string(q.Status), "q": q.Search, "sort": string(q.Sort)} {
		if value != "" {
			query.Set(name, value)
		}
	}

	if q.Limit != ops.ExportJobsDefaultLimit && q.Limit != 0 {
		query.Set("limit", strconv.Itoa(q.Limit))
	}

	if q.Page > 1 {
		query.Set("page", strconv.Itoa(q.Page))
	}

	return query
}

// with is the query with a part of it changed, from the first page on.
func (q ExportsQuery) with(change func(q *ExportsQuery)) string {
	q.Page = 1
	change(&q)

	return q.URL(exportsPath)
}

const exportsPath = "/exports"

// Matches reports whether the text of a search is part of what is written about the job.
func (j ExportJob) Matches(search string) bool {
	texts := []string{j.EntityName, j.EntityType, strconv.FormatInt(j.ID, 10), strconv.FormatInt(j.SnapshotID, 10)}

	for _, text := range []*string{j.ClaimedBy, j.ErrorMessage} {
		if text != nil {
			texts = append(texts, *text)
		}
	}

	return strings.Contains(strings.ToLower(strings.Join(texts, "\n")), strings.ToLower(search))
}

// ExportsRegion is the live region of the page.
const ExportsRegion = "live-exports"

// Unread says of which of some states not all jobs were read; "" when they were.
func (v Exports) Unread(of ...ops.ExportJobStatus) string {
	var parts []string

	for _, status := range v.Cut {
		if read := v.ReadByStatus[status]; slices.Contains(of, status) {
			all := max(read, v.ByStatus[status])
			parts = append(parts, fmt.Sprintf("the newest %s of %s %s", format.Count(read), format.Count(all), status))
		}
	}

	if len(parts) == 0 {
		return ""
	}

	return "only " + strings.Join(parts, " and ") + " ones were read"
}

// unread is [Exports.Unread] of what the query selects.
func (v Exports) unread() string {
	if v.Query.Status != "" {
		return v.Unread(v.Query.Status)
	}

	return v.Unread(ops.ExportJobStatuses()...)
}
