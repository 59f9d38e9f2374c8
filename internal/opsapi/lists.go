package opsapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// page is the meta of a list.
type page struct {
	Total  int `json:"total"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

func listExportJobs(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	q := newQuery(c)
	wanted := ops.ExportJobsQuery{Status: ops.ExportJobStatus(q.text("status")), Limit: q.number("limit", 1)}

	if err := q.found.err(); err != nil {
		return answer{}, err
	}

	jobs, err := s.platform.As(caller).GetExportJobs(c.Request().Context(), wanted)

	return answer{status: http.StatusOK, data: map[string]any{"jobs": jobs}}, err
}

func listInstances(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	q := newQuery(c)
	wanted := ops.InstancesQuery{
		Owner: q.text("owner"), Status: ops.InstanceStatus(q.text("status")), Search: q.text("search"),
		Offset: q.number("offset", 0), Limit: q.number("limit", 1),
	}

	if err := q.found.err(); err != nil {
		return answer{}, err
	}

	found, err := s.instances.InstancesAs(caller).ListInstances(c.Request().Context(), wanted)

	return answer{
		status: http.StatusOK, data: found.Instances,
		meta: page{Total: found.Total, Limit: found.Limit, Offset: found.Offset},
	}, err
}
