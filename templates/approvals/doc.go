// Package approvals draws what waits for another operator, and what became of it.
package approvals
