// Package windows draws the maintenance windows: the lists, one window and its report, forms
// and templates.
package windows
