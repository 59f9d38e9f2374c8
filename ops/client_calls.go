package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// session is a [Client] that acts as one caller.
type session struct {
	client *Client
	caller Caller
}

// GetClusterHealth implements [Service].
func (s session) GetClusterHealth(ctx context.Context) (Health, error) {
	return fetch[Health](ctx, s, get("/api/cluster/health"), "status", "components", "checked_at")
}

// GetClusterInstances implements [Service].
func (s session) GetClusterInstances(ctx context.Context) (ClusterInstances, error) {
	return fetch[ClusterInstances](ctx, s, get("/api/cluster/instances"), "total", "by_status", "by_owner",
		"limits.per_analyst", "limits.cluster_total", "limits.cluster_used", "limits.cluster_available")
}

// GetMetrics implements [Service]. No role is asked, so it goes out also when the
// caller has no credentials.
func (s session) GetMetrics(ctx context.Context) ([]byte, error) {
	c := get("/metrics")
	c.anonymous = true
	c.accept = "text/plain"

	t, a, err := s.send(ctx, c)
	if err != nil {
		return nil, err
	}

	if err := t.wantText(a); err != nil {
		return nil, err
	}

	return a.body, nil
}

// GetLifecycleConfig implements [Service].
func (s session) GetLifecycleConfig(ctx context.Context) (LifecycleConfig, error) {
	return getSection[LifecycleConfig](ctx, s, SectionLifecycle)
}

// UpdateLifecycleConfig implements [Service].
func (s session) UpdateLifecycleConfig(ctx context.Context, update LifecycleUpdate) (LifecycleUpdated, error) {
	return fetch[LifecycleUpdated](ctx, s, put(SectionLifecycle.path(), update), "updated", "updated_at")
}

// GetConcurrencyConfig implements [Service].
func (s session) GetConcurrencyConfig(ctx context.Context) (ConcurrencyConfig, error) {
	return getSection[ConcurrencyConfig](ctx, s, SectionConcurrency)
}

// UpdateConcurrencyConfig implements [Service].
func (s session) UpdateConcurrencyConfig(ctx context.Context, update ConcurrencyUpdate) (ConcurrencyConfig, error) {
	return putSection[ConcurrencyConfig](ctx, s, SectionConcurrency, update)
}

// GetMaintenanceMode implements [Service].
func (s session) GetMaintenanceMode(ctx context.Context) (MaintenanceMode, error) {
	return getSection[MaintenanceMode](ctx, s, SectionMaintenance)
}

// SetMaintenanceMode implements [Service].
func (s session) SetMaintenanceMode(ctx context.Context, update MaintenanceUpdate) (MaintenanceMode, error) {
	return putSection[MaintenanceMode](ctx, s, SectionMaintenance, update)
}

// GetExportConfig implements [Service].
func (s session) GetExportConfig(ctx context.Context) (ExportConfig, error) {
	return getSection[ExportConfig](ctx, s, SectionExport)
}

// UpdateExportConfig implements [Service].
func (s session) UpdateExportConfig(ctx context.Context, update ExportUpdate) (ExportConfig, error) {
	return putSection[ExportConfig](ctx, s, SectionExport, update)
}

// TriggerJob implements [Service].
func (s session) TriggerJob(ctx context.Context, trigger JobTrigger) (JobTriggered, error) {
	return fetch[JobTriggered](ctx, s, post("/api/ops/jobs/trigger", trigger), "job_name", "triggered_at", "status")
}

// GetJobStatus implements [Service].
func (s session) GetJobStatus(ctx context.Context) (JobStatus, error) {
	return fetch[JobStatus](ctx, s, get("/api/ops/jobs/status"), "jobs")
}

// GetState implements [Service].
func (s session) GetState(ctx context.Context) (State, error) {
	return fetch[State](ctx, s, get("/api/ops/state"), "instances.total", "instances.by_status", "instances.without_pod_name",
		"snapshots.total", "snapshots.by_status", "export_jobs.by_status")
}

// GetExportJobs implements [Service].
func (s session) GetExportJobs(ctx context.Context, query ExportJobsQuery) ([]ExportJob, error) {
	c := get("/api/ops/export-jobs")
	c.query = parameters{}.text("status", string(query.Status)).number("limit", query.Limit)

	answer, err := fetch[struct {
		Jobs []ExportJob `json:"jobs"`
	}](ctx, s, c, "jobs")

	return answer.Jobs, err
}

// fetch makes the call and reads the data of its answer, in which the wanted
// fields, given as paths, must be there and not null.
func fetch[T any](ctx context.Context, s session, c call, want ...string) (T, error) {
	var data T

	t, a, err := s.send(ctx, c)
	if err != nil {
		return data, err
	}

	var envelope struct {
		Data json.RawMessage `json:"data"`
	}

	if err := t.decode(a.body, &envelope, "data"); err != nil {
		return data, err
	}

	return data, t.decode(envelope.Data, &data, want...)
}

func getSection[T any](ctx context.Context, s session, name SectionName) (T, error) {
	return fetch[T](ctx, s, get(name.path()), section(name).required()...)
}

func putSection[T any](ctx context.Context, s session, name SectionName, update any) (T, error) {
	return fetch[T](ctx, s, put(name.path(), update), section(name).required()...)
}

func (n SectionName) path() string { return "/api/config/" + string(n) }

// call is what one operation sends.
type call struct {
	method string
	path   string
	query  parameters
	body   any
	accept string // "" means JSON
	// anonymous calls go out also when the caller has no credentials.
	anonymous bool
	// optional says of a call that a control plane may lack what it does, "" of any other.
	optional string
	// unready calls take 503 for an answer.
	unready bool
}

func get(path string) call { return call{method: http.MethodGet, path: path} }

func put(path string, body any) call { return call{method: http.MethodPut, path: path, body: body} }

func post(path string, body any) call { return call{method: http.MethodPost, path: path, body: body} }

// write reports whether the call changes something.
func (c call) write() bool { return c.method != http.MethodGet && c.method != http.MethodOptions }

// parameters are the query of a call.
type parameters url.Values

// text adds a parameter that is not empty.
func (p parameters) text(name, value string) parameters {
	if value != "" {
		url.Values(p).Set(name, value)
	}

	return p
}

// number adds a parameter that is not 0, which stands for the default.
func (p parameters) number(name string, value int) parameters {
	if value == 0 {
		return p
	}

	return p.text(name, strconv.Itoa(value))
}
