package ops

// LifecycleConfig is the answer of get_lifecycle_config: the durations that new
// resources get.
type LifecycleConfig struct {
	Mapping  LifecycleRule `json:"mapping"`
	Snapshot LifecycleRule `json:"snapshot"`
	Instance LifecycleRule `json:"instance"`
}

// LifecycleRule is three ISO 8601 durations; nil means no expiry.
type LifecycleRule struct {
	DefaultTTL        *string `json:"default_ttl"`
	DefaultInactivity *string `json:"default_inactivity"`
	MaxTTL            *string `json:"max_ttl"`
}

// LifecycleUpdate is the body of update_lifecycle_config. What is nil is left
// unchanged, "" clears: restoring a null means sending "".
type LifecycleUpdate struct {
	Mapping  *LifecycleRuleUpdate `json:"mapping,omitempty"`
	Snapshot *LifecycleRuleUpdate `json:"snapshot,omitempty"`
	Instance *LifecycleRuleUpdate `json:"instance,omitempty"`
}

// LifecycleRuleUpdate is one kind's part of a [LifecycleUpdate].
type LifecycleRuleUpdate struct {
	DefaultTTL        *string `json:"default_ttl,omitempty"`
	DefaultInactivity *string `json:"default_inactivity,omitempty"`
	MaxTTL            *string `json:"max_ttl,omitempty"`
}

// LifecycleUpdated is the answer of update_lifecycle_config.
type LifecycleUpdated struct {
	Updated   bool `json:"updated"`
	UpdatedAt Time `json:"updated_at"`
}

// ConcurrencyConfig is the answer of get_concurrency_config.
type ConcurrencyConfig struct {
	PerAnalyst   int   `json:"per_analyst"`
	ClusterTotal int   `json:"cluster_total"`
	UpdatedAt    *Time `json:"updated_at,omitempty"`
}

// ConcurrencyUpdate is the body of update_concurrency_config; both are required.
type ConcurrencyUpdate struct {
	PerAnalyst   int `json:"per_analyst"`
	ClusterTotal int `json:"cluster_total"`
}

// MaintenanceMode is the answer of get_maintenance_mode and set_maintenance_mode.
type MaintenanceMode struct {
	Enabled   bool    `json:"enabled"`
	Message   string  `json:"message"`
	UpdatedAt *Time   `json:"updated_at"`
	UpdatedBy *string `json:"updated_by"`
}

// MaintenanceUpdate is the body of set_maintenance_mode.
type MaintenanceUpdate struct {
	Enabled bool   `json:"enabled"`
	Message string `json:"message"`
}

// ExportConfig is the answer of get_export_config and update_export_config.
type ExportConfig struct {
	MaxDurationSeconds int     `json:"max_duration_seconds"`
	UpdatedAt          *Time   `json:"updated_at"`
	UpdatedBy          *string `json:"updated_by"`
}

// ExportUpdate is the body of update_export_config.
type ExportUpdate struct {
	MaxDurationSeconds int `json:"max_duration_seconds"`
}
