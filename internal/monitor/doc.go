// Package monitor is the one poller: it asks the control plane once for everybody,
// keeps the newest [Snapshot] in memory and tells those who watch that there is a
// new one. A hundred open pages cost the control plane what one costs.
//
// What could not be read keeps its last good value, its age and the reason; nothing
// old is passed off as new. Samples of latency and capacity and the spans in which a
// component held a status are kept in the database, so that a restart does not
// forget the last hour. Time without data stays a gap.
package monitor
