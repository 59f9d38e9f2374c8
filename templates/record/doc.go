// Package record draws what was done: history, audit, comparisons and named points.
package record
