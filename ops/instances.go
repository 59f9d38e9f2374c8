package ops

import "encoding/json"

// InstanceStatus is the state of an instance.
type InstanceStatus string

// The states of an instance.
const (
	InstanceWaitingForSnapshot InstanceStatus = "waiting_for_snapshot"
	InstanceStarting           InstanceStatus = "starting"
	InstanceRunning            InstanceStatus = "running"
	InstanceStopping           InstanceStatus = "stopping"
	InstanceFailed             InstanceStatus = "failed"
	InstanceSuspended          InstanceStatus = "suspended"
	InstanceResuming           InstanceStatus = "resuming"
)

// InstanceStatuses lists the states.
func InstanceStatuses() []InstanceStatus {
	return []InstanceStatus{
		InstanceWaitingForSnapshot, InstanceStarting, InstanceRunning, InstanceStopping,
		InstanceFailed, InstanceSuspended, InstanceResuming,
	}
}

// SnapshotStatus is the state of a snapshot.
type SnapshotStatus string

// The states of a snapshot.
const (
	SnapshotPending   SnapshotStatus = "pending"
	SnapshotCreating  SnapshotStatus = "creating"
	SnapshotReady     SnapshotStatus = "ready"
	SnapshotFailed    SnapshotStatus = "failed"
	SnapshotCancelled SnapshotStatus = "cancelled"
)

// InstanceRequest is the body of POST /api/instances.
type InstanceRequest struct {
	MappingID         int64   `json:"mapping_id"`
	MappingVersion    *int    `json:"mapping_version,omitempty"`
	WrapperType       string  `json:"wrapper_type"`
	Name              string  `json:"name"`
	Description       *string `json:"description,omitempty"`
	TTL               *string `json:"ttl,omitempty"`
	InactivityTimeout *string `json:"inactivity_timeout,omitempty"`
	// CPUCores is how many cores it may use, 1 to 64; nil for what the control plane gives.
	CPUCores *int `json:"cpu_cores,omitempty"`
}

// Instance is a graph database of an analyst.
type Instance struct {
	ID             int64          `json:"id"`
	SnapshotID     *int64         `json:"snapshot_id"`
	OwnerUsername  string         `json:"owner_username"`
	WrapperType    string         `json:"wrapper_type"`
	Name           string         `json:"name"`
	Description    *string        `json:"description"`
	URLSlug        string         `json:"url_slug"`
	InstanceURL    *string        `json:"instance_url"`
	PodName        *string        `json:"pod_name"`
	Status         InstanceStatus `json:"status"`
	ErrorMessage   *string        `json:"error_message"`
	ErrorCode      *string        `json:"error_code"`
	StackTrace     *string        `json:"stack_trace"`
	CreatedAt      Time           `json:"created_at"`
	UpdatedAt      Time           `json:"updated_at"`
	StartedAt      *Time          `json:"started_at"`
	LastActivityAt *Time          `json:"last_activity_at"`
	// ExpiresAt is when its TTL is over, nil when it has none, or one that cannot be read.
	ExpiresAt         *Time   `json:"expires_at"`
	TTL               *string `json:"ttl"`
	InactivityTimeout *string `json:"inactivity_timeout"`
	MemoryUsageBytes  *int64  `json:"memory_usage_bytes"`
	DiskUsageBytes    *int64  `json:"disk_usage_bytes"`
	CPUCores          *int    `json:"cpu_cores"`
	// Progress is what is told of it while it loads, JSON; null for nothing.
	Progress json.RawMessage `json:"progress"`
}

// InstanceLifecycle is the body of PUT /api/instances/{id}/lifecycle: ISO 8601 durations, nil to leave
// one as it is. A TTL counts from the creation.
type InstanceLifecycle struct {
	TTL               *string `json:"ttl,omitempty"`
	InactivityTimeout *string `json:"inactivity_timeout,omitempty"`
}

// InstanceEvent is something that happened to an instance, such as memory_upgraded.
type InstanceEvent struct {
	ID        int64  `json:"id"`
	EventType string `json:"event_type"`
	// Details is JSON of any shape, null for none.
	Details   json.RawMessage `json:"details"`
	CreatedAt Time            `json:"created_at"`
}

// InstanceEventsQuery selects events of an instance; Limit is 1 to 100, 0 the default of 50.
type InstanceEventsQuery struct {
	Offset int
	Limit  int
}

// InstancesQuery selects instances; Limit is 1 to 100, 0 the default of 50. Search
// looks in name and description.
type InstancesQuery struct {
	Owner  string
	Status InstanceStatus
	Search string
	Offset int
	Limit  int
}

// InstancesPage is a page of instances and how many there are in all.
type InstancesPage struct {
	Instances []Instance
	Total     int
	Limit     int
	Offset    int
}
