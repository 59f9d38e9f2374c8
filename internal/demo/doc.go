// Package demo is the synthetic world of the demo: a platform's users, mappings,
// snapshots and history, and a day that they live through.
//
// [Seed] fills a fresh database as if the platform had been in use for weeks, at ten
// o'clock of a working day. [Workload] goes on from there. What happens is decided
// beforehand, by [Plan], from the seed alone: the same seed gives the same day. The
// day's clock runs at a multiple of the real one; what is written bears real time.
//
// Analysts create and end their instances through [ops.Instances], as everybody does,
// so limits and maintenance refuse them too. Three things happen elsewhere on a real
// platform, have no call in the contract, and are written to its tables directly:
// export workers claim and work export jobs, instances report when they were last
// used, and analysts edit mappings.
package demo
