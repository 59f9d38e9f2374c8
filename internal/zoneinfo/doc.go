// Package zoneinfo knows the rules of the time zones: a database that travels with the
// binary, or the system's if that is newer.
//
// Go's own database is as old as the toolchain and the system's as old as its last update,
// while governments change rules within weeks. What is announced for 12:00 in Vancouver has to be
// 12:00 for the people there, so everything in this program that needs a zone asks here, and
// which release of the rules answered can be told.
//
// The database of the process is chosen once, at its start, by [Use]; until then it is the
// embedded one. It is a fact of the process, as it is in package time: two opinions on what time
// it is somewhere would be worse than any.
package zoneinfo
