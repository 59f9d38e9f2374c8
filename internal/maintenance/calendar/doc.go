// Package calendar knows time zones and recurrence rules, and says both in words.
//
// A rule of RFC 5545 is about local times, as a clock on the wall shows them. It is
// expanded without a zone, where every day has 24 hours, and each [Occurrence] is then
// found in the zone by itself: a local time that the clocks skip is read with the offset
// before the gap, one that they show twice is the first (RFC 5545, section 3.3.5).
package calendar
