// Package jobqueue is the durable job engine, River, over the same database as all else.
// An [Enqueuer] puts jobs into the caller's own transaction; an [Engine] works them.
// It calls the packages above, and they know nothing of it: each declares the small
// interface through which it enqueues.
//
// To add a kind of job, write a file like controlplane.go: the job's arguments, its
// worker, a method of [Enqueuer], and a function that returns the [Family]; then pass
// that to [New] in main.
//
// What River does not promise, and what follows:
//   - A job may run twice: after a crash, or when a process was frozen and taken for
//     dead. Workers must not mind.
//   - A job that was running when its process died is found again by River only after
//     its timeout. Here every process says every two seconds that it is alive, and
//     whoever sees one silent for ten hands its jobs to the living: see rescue.go.
//   - Periodic jobs live in memory, in one elected process. Here a schedule is a table
//     of the package that owns it, which a [Loop] looks at in every process.
//   - A job for a later time is made available by the elected process alone, a few
//     seconds ahead, and starts within a second of its time. After a crash of that
//     process it takes up to twenty seconds until another is elected: what must be on
//     time then needs a Loop of its own that looks for what is due.
//   - The database/sql driver does not listen: it polls, twice a second.
//
// On PostgreSQL River's tables live in a schema of their own, so that they never meet
// those of a platform in the same database.
package jobqueue
