// Package components holds the pieces that pages are made of: states, times, tables'
// surroundings, fields, gauges and charts. They are drawn without inline styles and
// scripts, so that the content security policy can forbid both.
package components
