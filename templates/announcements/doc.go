// Package announcements draws what users are told of maintenance.
package announcements
