// Package instances draws the graph instances of analysts, and what operators do to them.
package instances
