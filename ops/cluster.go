package ops

// HealthStatus is the state of the whole platform.
type HealthStatus string

// The states of the platform: unhealthy when its database is unreachable, degraded
// when another configured component is unreachable or slow.
const (
	Healthy   HealthStatus = "healthy"
	Degraded  HealthStatus = "degraded"
	Unhealthy HealthStatus = "unhealthy"
)

// ComponentStatus is the state of one component.
type ComponentStatus string

// The states of a component. A control plane may send others; show them as they came.
const (
	ComponentConnected     ComponentStatus = "connected"
	ComponentSlow          ComponentStatus = "slow"
	ComponentUnreachable   ComponentStatus = "unreachable"
	ComponentNotConfigured ComponentStatus = "not_configured"
)

// The components that the contract names.
const (
	ComponentDatabase   = "database"
	ComponentKubernetes = "kubernetes"
	ComponentStarburst  = "starburst"
)

// Health is the answer of get_cluster_health.
type Health struct {
	Status     HealthStatus         `json:"status"`
	Components map[string]Component `json:"components"`
	CheckedAt  Time                 `json:"checked_at"`
}

// Component is one component's health; the latency is in milliseconds.
type Component struct {
	Status    ComponentStatus `json:"status"`
	LatencyMS *float64        `json:"latency_ms"`
	Error     *string         `json:"error"`
	// Note is what is to be known of it though nothing is wrong, a sentence; "" for nothing.
	Note string `json:"note,omitempty"`
}

// ClusterInstances is the answer of get_cluster_instances.
type ClusterInstances struct {
	Total    int            `json:"total"`
	ByStatus map[string]int `json:"by_status"`
	// ByOwner is sorted, the largest count first.
	ByOwner []OwnerCount `json:"by_owner"`
	Limits  Limits       `json:"limits"`
}

// OwnerCount is how many instances an analyst holds.
type OwnerCount struct {
	OwnerUsername string `json:"owner_username"`
	Count         int    `json:"count"`
}

// Limits are the concurrency limits and how much of the cluster's is used.
// ClusterUsed counts instances that are waiting_for_snapshot, starting or running.
type Limits struct {
	PerAnalyst       int `json:"per_analyst"`
	ClusterTotal     int `json:"cluster_total"`
	ClusterUsed      int `json:"cluster_used"`
	ClusterAvailable int `json:"cluster_available"`
}

// State is the answer of get_state.
type State struct {
	Instances  InstancesState `json:"instances"`
	Snapshots  SnapshotsState `json:"snapshots"`
	ExportJobs ExportsState   `json:"export_jobs"`
}

// InstancesState counts instances; WithoutPodName those that name no pod, whatever their state.
type InstancesState struct {
	Total          int            `json:"total"`
	ByStatus       map[string]int `json:"by_status"`
	WithoutPodName int            `json:"without_pod_name"`
}

// SnapshotsState counts snapshots.
type SnapshotsState struct {
	Total    int            `json:"total"`
	ByStatus map[string]int `json:"by_status"`
}

// ExportsState counts export jobs.
type ExportsState struct {
	ByStatus map[string]int `json:"by_status"`
}
