package jobs

import "github.com/graph-olap/opsconsole/ops"

// implementation is what is known of a job here: what does its work, and what that counts.
type implementation struct {
	job     func(c Config) job
	metrics func(f *factory) jobMetrics
}

// implementationOf has a row for every job of [ops.Jobs], which says all else of it.
func implementationOf(name ops.JobName) implementation {
	switch name {
	case ops.JobReconciliation:
		return implementation{func(c Config) job { return reconciliation(c.Cluster) }, (*factory).reconciliation}
	case ops.JobLifecycle:
		return implementation{func(c Config) job { return c.unlessWatching(lifecycle, nil) }, (*factory).lifecycle}
	case ops.JobExportReconciliation:
		do := func(c Config) job { return c.unlessWatching(exportReconciliation, countExports) }

		return implementation{do, (*factory).exportReconciliation}
	case ops.JobSchemaCache:
		return implementation{func(c Config) job { return schemaCache(c.Catalog) }, (*factory).schemaCache}
	case ops.JobInstanceOrchestration:
		return implementation{func(c Config) job { return c.unlessWatching(instanceOrchestration, nil) }, (*factory).instanceOrchestration}
	case ops.JobResourceMonitor:
		return implementation{func(c Config) job { return resourceMonitor(c.Memory) }, (*factory).resourceMonitor}
	default:
		return implementation{}
	}
}
