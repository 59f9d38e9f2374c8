package templates

import (
	"net/url"
	"strconv"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Exports is the page of the export jobs.
type Exports struct {
	Freshness

	Overall components.Line `json:"overall"`
	// ByStatus counts all of them, whatever is shown.
	ByStatus map[ops.ExportJobStatus]int `json:"by_status"`
	// Jobs are those shown: the failed and stuck ones first, then newest first.
	Jobs []ExportJob `json:"jobs"`
	// Status is the one selected, "" for all; Limit the most that are read.
	Status ops.ExportJobStatus `json:"status"`
	Limit  int                 `json:"limit"`
	// Problem says what was wrong with the query; "" when nothing was.
	Problem string `json:"-"`
}

// ExportJob is an export job and, when it is stuck, why.
type ExportJob struct {
	ops.ExportJob

	Stuck string `json:"stuck,omitempty"`
}

// URL returns the address of the page with another status.
func (e Exports) URL(status ops.ExportJobStatus) string {
	query := url.Values{}
	if status != "" {
		query.Set("status", string(status))
	}

	if e.Limit != ops.ExportJobsDefaultLimit && e.Limit != 0 {
		query.Set("limit", strconv.Itoa(e.Limit))
	}

	return pageURL("/exports", query, 0)
}
