// Package jobs is the background jobs of the embedded control plane: functions
// over the platform's tables, and [Runner], which runs them one at a time each.
//
// A row of opsconsole_job_schedule says when a job runs next. [Runner.Tick], which
// every replica calls about once a second, moves a due row on and enqueues the run
// in the same transaction, so that one replica alone does it and a restart forgets
// nothing. [Runner.Trigger] does likewise for a run that an operator asks for, at
// most one a job a minute. What was enqueued comes back, sooner or later and perhaps
// twice, as [Runner.Run].
//
// Run takes the job's lock, a row with an expiry that it keeps renewing, and writes
// a run record. Every write of a job renews the lock in its own transaction, so that
// a run which lost it, because its process was frozen, say, cannot write any more. A
// run that died with its process is closed as failed by the next one.
//
// A job does what it can: what fails for one instance or snapshot is remembered
// while the rest goes on, and fails the run at its end, which is then tried again.
// A job without what it needs, a cluster or a catalog, is skipped: that is neither
// success nor failure. One that leaves out what another run could not do either, such
// as a catalog that Trino fails, succeeds and says what.
//
// Beside the jobs, a runtime runs in the background: with a cluster [PodRuntime] makes,
// follows and deletes the pods of instances, and the reconciliation job settles what
// that cannot be sure of; without, [Runtime] moves instances through their states.
package jobs
