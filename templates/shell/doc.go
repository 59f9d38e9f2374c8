// Package shell draws what surrounds every page: navigation, palette, account, notices, live
// mark, and the page that could not be had.
package shell
