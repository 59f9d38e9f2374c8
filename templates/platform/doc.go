// Package platform draws how the platform is: overview, health, capacity, jobs, exports and
// metrics.
package platform
