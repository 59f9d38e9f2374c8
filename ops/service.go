package ops

import (
	"context"
	"strings"
)

// Role is a platform role. Roles are compared without regard to case.
type Role string

// The roles, weakest first. Operations want exactly RoleOps: admin is refused.
const (
	RoleAnalyst Role = "analyst"
	RoleAdmin   Role = "admin"
	RoleOps     Role = "ops"
)

// ParseRole reads a role without regard to case; ok is false for an unknown one.
func ParseRole(s string) (role Role, ok bool) {
	switch role = Role(strings.ToLower(strings.TrimSpace(s))); role {
	case RoleAnalyst, RoleAdmin, RoleOps:
		return role, true
	default:
		return role, false
	}
}

// Caller is who a call is made for.
type Caller struct {
	Username string
	Email    string
	Role     Role
	// Token is the caller's own access token, "" when there is none. Only a
	// remote control plane in passthrough mode looks at it.
	Token string
}

// Platform is a control plane, whoever calls it.
type Platform interface {
	// As returns the operations as seen by the caller. It does no I/O; a caller
	// who may not do something is told so by the call itself.
	As(caller Caller) Service
}

// Service is the fifteen operations of the contract. Every method needs the Ops
// role but GetMetrics, and returns an *[Error] for what the contract names.
type Service interface {
	GetClusterHealth(ctx context.Context) (Health, error)
	GetClusterInstances(ctx context.Context) (ClusterInstances, error)
	// GetMetrics returns the Prometheus text exposition.
	GetMetrics(ctx context.Context) ([]byte, error)

	GetLifecycleConfig(ctx context.Context) (LifecycleConfig, error)
	UpdateLifecycleConfig(ctx context.Context, update LifecycleUpdate) (LifecycleUpdated, error)
	GetConcurrencyConfig(ctx context.Context) (ConcurrencyConfig, error)
	UpdateConcurrencyConfig(ctx context.Context, update ConcurrencyUpdate) (ConcurrencyConfig, error)
	GetMaintenanceMode(ctx context.Context) (MaintenanceMode, error)
	SetMaintenanceMode(ctx context.Context, update MaintenanceUpdate) (MaintenanceMode, error)
	GetExportConfig(ctx context.Context) (ExportConfig, error)
	UpdateExportConfig(ctx context.Context, update ExportUpdate) (ExportConfig, error)

	TriggerJob(ctx context.Context, trigger JobTrigger) (JobTriggered, error)
	GetJobStatus(ctx context.Context) (JobStatus, error)
	GetState(ctx context.Context) (State, error)
	GetExportJobs(ctx context.Context, query ExportJobsQuery) ([]ExportJob, error)
}

// InstancesPlatform is the users' side of a control plane: it hands out
// [Instances] that act as one caller.
type InstancesPlatform interface {
	InstancesAs(caller Caller) Instances
}

// Instances creates, lists, changes and ends graph instances; any role may call it. What is done to one
// is for its owner, admin and ops. What [Instances.DeleteInstance] has no part in, the contract's section
// 8, a control plane may lack: then it answers NOT_SUPPORTED.
type Instances interface {
	// CreateInstance answers SERVICE_UNAVAILABLE in maintenance and
	// CONCURRENCY_LIMIT_EXCEEDED past a limit.
	CreateInstance(ctx context.Context, request InstanceRequest) (Instance, error)
	ListInstances(ctx context.Context, query InstancesQuery) (InstancesPage, error)
	GetInstance(ctx context.Context, id int64) (Instance, error)
	DeleteInstance(ctx context.Context, id int64) error
	// SuspendInstance ends the pod of a running instance and keeps the instance; INVALID_STATE for any other.
	SuspendInstance(ctx context.Context, id int64) (Instance, error)
	// ResumeInstance starts a suspended instance again; INVALID_STATE for any other, and
	// CONCURRENCY_LIMIT_EXCEEDED past a limit. Whose it counts against differs between control planes.
	ResumeInstance(ctx context.Context, id int64) (Instance, error)
	UpdateInstanceLifecycle(ctx context.Context, id int64, update InstanceLifecycle) (Instance, error)
	// GetInstanceEvents returns newest first.
	GetInstanceEvents(ctx context.Context, id int64, query InstanceEventsQuery) ([]InstanceEvent, error)
}
