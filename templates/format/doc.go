// Package format writes values as people read them: counts with thousands separators,
// times both relative and absolute, durations in words. It decides nothing.
package format
