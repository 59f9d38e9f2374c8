// Package settings draws the sections of the configuration: the form, its review, and the
// conflict with what somebody else has set.
package settings
