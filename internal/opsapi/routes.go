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
}

// operations is the table of the contract, sections 1, 7 and 8. GET /health, /ready,
// /metrics, /api/openapi.json and [protected.MetadataPath], which ask for no caller, are routed beside it.
func operations() []route {
	return []route{
		{http.MethodGet, "/api/cluster/health", clusterHealth},
		{http.MethodGet, "/api/cluster/instances", read(ops.Service.GetClusterInstances)},

		{http.MethodGet, "/api/config/lifecycle", read(ops.Service.GetLifecycleConfig)},
		{
			http.MethodPut, "/api/config/lifecycle",
			write(sectionUpdate[ops.LifecycleUpdate](ops.SectionLifecycle), ops.Service.UpdateLifecycleConfig),
		},
		{http.MethodGet, "/api/config/concurrency", read(ops.Service.GetConcurrencyConfig)},
		{
			http.MethodPut, "/api/config/concurrency",
			write(sectionUpdate[ops.ConcurrencyUpdate](ops.SectionConcurrency), ops.Service.UpdateConcurrencyConfig),
		},
		{http.MethodGet, "/api/config/maintenance", read(ops.Service.GetMaintenanceMode)},
		{
			http.MethodPut, "/api/config/maintenance",
			write(sectionUpdate[ops.MaintenanceUpdate](ops.SectionMaintenance), ops.Service.SetMaintenanceMode),
		},
		{http.MethodGet, "/api/config/export", read(ops.Service.GetExportConfig)},
		{http.MethodPut, "/api/config/export", write(sectionUpdate[ops.ExportUpdate](ops.SectionExport), ops.Service.UpdateExportConfig)},

		{http.MethodPost, "/api/ops/jobs/trigger", write(jobTrigger, ops.Service.TriggerJob)},
		{http.MethodGet, "/api/ops/jobs/status", read(ops.Service.GetJobStatus)},
		{http.MethodGet, "/api/ops/state", read(ops.Service.GetState)},
		{http.MethodGet, "/api/ops/export-jobs", listExportJobs},

		{http.MethodPost, "/api/instances", createInstance},
		{http.MethodGet, "/api/instances", listInstances},
		{http.MethodGet, "/api/instances/:id", getInstance},
		{http.MethodDelete, "/api/instances/:id", deleteInstance},
		{http.MethodPost, "/api/instances/:id/suspend", actOn(ops.Instances.SuspendInstance)},
		{http.MethodPost, "/api/instances/:id/resume", actOn(ops.Instances.ResumeInstance)},
		{http.MethodPut, "/api/instances/:id/lifecycle", updateInstanceLifecycle},
		{http.MethodGet, "/api/instances/:id/events", instanceEvents},
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
