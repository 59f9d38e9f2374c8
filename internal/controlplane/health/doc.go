// Package health probes what the platform stands on: its database, Kubernetes and
// Starburst (Trino).
//
// Each component has a probe of its own with a timeout of its own. What a probe
// found is kept for a second, and callers who come while it runs wait for the same
// one, so that many callers cost one probe. Probes of different components never
// wait for each other.
//
// An error is a sentence that an operator can act on. It names hosts and settings,
// never a secret; what the driver or the other side said goes to the log.
package health
