// Package leases draws the temporary changes: the list, one of them, and what can be done
// about it.
package leases
