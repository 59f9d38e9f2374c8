// Package humantime reads durations and moments as people write them, and says which moment was
// understood. Everything in it depends on its arguments alone: text, the present, a zone's rules.
//
// A local time, as a clock on the wall shows it, is a [time.Time] in UTC here, where there are no
// gaps; what it means in a zone is its [Reading].
package humantime
