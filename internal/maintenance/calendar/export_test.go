package calendar

import (
	"iter"
	"time"
)

// Periods are the periods that are looked through for dates of a rule.
func (r Rule) Periods(first time.Time) iter.Seq[time.Time] { return r.periods(first) }
