package opsapi

import "github.com/graph-olap/opsconsole/ops"

// What each body holds. Types are checked here; ranges, lengths and what belongs
// together by the platform, which must do it for its callers in process too.

func lifecycleUpdate(o *object) ops.LifecycleUpdate {
	return ops.LifecycleUpdate{
		Mapping:  lifecycleRule(o.nested("mapping")),
		Snapshot: lifecycleRule(o.nested("snapshot")),
		Instance: lifecycleRule(o.nested("instance")),
	}
}

func lifecycleRule(o *object) *ops.LifecycleRuleUpdate {
	if o == nil {
		return nil
	}

	return &ops.LifecycleRuleUpdate{
		DefaultTTL:        optional(o, "default_ttl", text),
		DefaultInactivity: optional(o, "default_inactivity", text),
		MaxTTL:            optional(o, "max_ttl", text),
	}
}

func concurrencyUpdate(o *object) ops.ConcurrencyUpdate {
	return ops.ConcurrencyUpdate{PerAnalyst: required(o, "per_analyst", whole), ClusterTotal: required(o, "cluster_total", whole)}
}

func maintenanceUpdate(o *object) ops.MaintenanceUpdate {
	return ops.MaintenanceUpdate{Enabled: required(o, "enabled", truth), Message: orElse(o, "message", text, "")}
}

func exportUpdate(o *object) ops.ExportUpdate {
	return ops.ExportUpdate{MaxDurationSeconds: required(o, "max_duration_seconds", whole)}
}

func jobTrigger(o *object) ops.JobTrigger {
	return ops.JobTrigger{JobName: ops.JobName(required(o, "job_name", text)), Reason: required(o, "reason", text)}
}

func instanceRequest(o *object) ops.InstanceRequest {
	return ops.InstanceRequest{
		MappingID:         int64(required(o, "mapping_id", whole)),
		MappingVersion:    optional(o, "mapping_version", whole),
		WrapperType:       required(o, "wrapper_type", text),
		Name:              required(o, "name", text),
		Description:       optional(o, "description", text),
		TTL:               optional(o, "ttl", text),
		InactivityTimeout: optional(o, "inactivity_timeout", text),
	}
}
