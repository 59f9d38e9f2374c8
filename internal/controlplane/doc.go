// Package controlplane is the embedded control plane: the platform's own tables,
// and the operations of the contract over them.
//
// [Prepare] makes the tables on an empty database. On one that a platform uses
// already it alters nothing: it looks whether everything is there. [New] then gives
// an [ops.Platform] and an [ops.InstancesPlatform]. Every call looks its caller up,
// adds one who is new, and refuses one who is disabled or has not the role.
//
// # Counting
//
// Instances, snapshots and export jobs are counted by triggers in opsconsole_counts,
// so that a count costs the same with a hundred rows and with a million. On the
// tables of a platform that was there before there are no triggers, since those
// would alter them; there the rows are counted.
//
// # An instance's life
//
// CreateInstance admits: whoever changes the configuration or admits an instance
// does it alone, so that maintenance and both limits hold in every race. Both limits
// count instances that are waiting_for_snapshot, starting or running, an analyst's
// own or everybody's, as cluster_used does. An instance takes the newest ready
// snapshot of its mapping version; where there is none it gets one, pending, with an
// export job for each node and edge. Either way it begins as waiting_for_snapshot,
// with snapshot_id set; pending_snapshot_id is set while the snapshot is not ready.
// The background jobs, package jobs, take it from there.
//
// DeleteInstance removes an instance that has no pod to end (waiting_for_snapshot,
// failed or suspended, and without a pod_name) at once. Every other becomes
// stopping, and the jobs remove it when its pod is gone. Either way its place is
// free at once.
//
// get_state's without_pod_name counts all that name no pod, as today's platform does; the metric
// instances_without_pod_name those that should have one.
package controlplane
