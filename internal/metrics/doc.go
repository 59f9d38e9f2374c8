// Package metrics tells Prometheus how this console does: what it answers, what it sees of the
// control plane, and what waits in its database. Every name begins with opsconsole_ and stands in
// docs/metrics.md.
//
// A scrape asks nobody: it tells what is in memory, so that it works while the control plane or the
// database does not. What was asked for in vain the last time is left out, not drawn on: a gap in a
// chart is true, a line that stands still is not.
package metrics
