// Package find draws what a search finds, whatever it is.
package find
