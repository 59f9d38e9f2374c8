// Package incident draws what happened in a time, in order.
package incident
