// Package approvals draws what is waiting for another operator, and what became of it.
package approvals
