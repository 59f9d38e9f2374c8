// Package scheduled draws the pages of the changes that are made at a time.
package scheduled
