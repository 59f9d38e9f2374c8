package database

import (
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Sight is a time in which the database was seen to be in one status without a break.
type Sight struct {
	Status       ops.ComponentStatus
	Since, Until time.Time
}

const (
	// sightsMost bounds the sights that nobody asks for.
	sightsMost = 1000
	// gapAfter is the time without a look from which on nobody saw what was.
	gapAfter = time.Minute
)

// Seen returns what was seen since it was asked last, oldest first, the last as it still is, and
// the latency of the last look in milliseconds, nil when it found nothing. It is for the one who
// keeps it: what was between two looks belongs to neither status.
func (w *Watch) Seen() (sights []Sight, latencyMS *float64) {
	w.mu.Lock()
	defer w.mu.Unlock()

	sights = w.sights
	w.sights = nil

	if n := len(sights); n > 0 { // it goes on from where it is
		last := sights[n-1]
		w.sights = []Sight{{last.Status, last.Until, last.Until}}
	}

	return sights, w.condition.LatencyMS
}

// saw notes a status that was found now, and began then if it is another one than before.
func (w *Watch) saw(status ops.ComponentStatus, since, now time.Time) {
	if n := len(w.sights); n > 0 {
		last := &w.sights[n-1]
		if gap := now.Sub(last.Until) > gapAfter; last.Status == status && !gap {
			last.Until = now

			return
		}

		if since.Before(last.Until) {
			since = last.Until
		}
	}

	w.sights = append(w.sights, Sight{status, since, now})
	w.sights = w.sights[max(0, len(w.sights)-sightsMost):]
}
