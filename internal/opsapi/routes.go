package opsapi

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

type route struct {
	method, path string
	run          operation
	// anew says of a GET that its answer is not that of the data alone.
	anew bool
}

// operations is the table of the contract, sections 1, 7 and 8. GET /health, /ready,
// /metrics, /api/openapi.json and [protected.MetadataPath], which ask for no caller, are routed beside it.
func operations() []route {
	return []route{
		{method: http.MethodGet, path: "/api/cluster/health", run: clusterHealth, anew: true},
		{method: http.MethodGet, path: "/api/cluster/instances", run: read(ops.Service.GetClusterInstances)},

		{method: http.MethodGet, path: "/api/config/lifecycle", run: read(ops.Service.GetLifecycleConfig)},
		{
			method: http.MethodPut, path: "/api/config/lifecycle",
			run: write(sectionUpdate[ops.LifecycleUpdate](ops.SectionLifecycle), ops.Service.UpdateLifecycleConfig),
		},
		{method: http.MethodGet, path: "/api/config/concurrency", run: read(ops.Service.GetConcurrencyConfig)},
		{
			method: http.MethodPut, path: "/api/config/concurrency",
			run: write(sectionUpdate[ops.ConcurrencyUpdate](ops.SectionConcurrency), ops.Service.UpdateConcurrencyConfig),
		},
		{method: http.MethodGet, path: "/api/config/maintenance", run: read(ops.Service.GetMaintenanceMode)},
		{
			method: http.MethodPut, path: "/api/config/maintenance",
			run: write(sectionUpdate[ops.MaintenanceUpdate](ops.SectionMaintenance), ops.Service.SetMaintenanceMode),
		},
		{method: http.MethodGet, path: "/api/config/export", run: read(ops.Service.GetExportConfig)},
		{
			method: http.MethodPut, path: "/api/config/export",
			run: write(sectionUpdate[ops.ExportUpdate](ops.SectionExport), ops.Service.UpdateExportConfig),
		},

		{method: http.MethodPost, path: "/api/ops/jobs/trigger", run: write(jobTrigger, ops.Service.TriggerJob)},
		{method: http.MethodGet, path: "/api/ops/jobs/status", run: read(ops.Service.GetJobStatus)},
		{method: http.MethodGet, path: "/api/ops/state", run: read(ops.Service.GetState)},
		{method: http.MethodGet, path: "/api/ops/export-jobs", run: listExportJobs},

		{method: http.MethodPost, path: "/api/instances", run: createInstance},
		{method: http.MethodGet, path: "/api/instances", run: listInstances},
		{method: http.MethodGet, path: "/api/instances/:id", run: getInstance},
		{method: http.MethodDelete, path: "/api/instances/:id", run: deleteInstance},
		{method: http.MethodPost, path: "/api/instances/:id/suspend", run: actOn(ops.Instances.SuspendInstance)},
		{method: http.MethodPost, path: "/api/instances/:id/resume", run: actOn(ops.Instances.ResumeInstance)},
		{method: http.MethodPut, path: "/api/instances/:id/lifecycle", run: updateInstanceLifecycle},
		{method: http.MethodGet, path: "/api/instances/:id/events", run: instanceEvents},
	}
}

// operation reads what a request asks for and does it as the caller.
type operation func(s *server, caller ops.Caller, c echo.Context) (answer, error)

// answer is what a success says.
type answer struct {
	status int
	data   any
	meta   any
}

// read is an operation that takes nothing.
func read[T any](call func(ops.Service, context.Context) (T, error)) operation {
	return func(s *server, caller ops.Caller, c echo.Context) (answer, error) {
		data, err := call(s.platform.As(caller), c.Request().Context())

		return answer{status: http.StatusOK, data: data}, err
	}
}

// write is an operation that takes a body; parse takes its fields out of it.
func write[B, T any](parse func(*object) B, call func(ops.Service, context.Context, B) (T, error)) operation {
	return func(s *server, caller ops.Caller, c echo.Context) (answer, error) {
		body, err := readBody(c, parse)
		if err != nil {
			return answer{}, err
		}

		data, err := call(s.platform.As(caller), c.Request().Context(), body)

		return answer{status: http.StatusOK, data: data}, err
	}
}
