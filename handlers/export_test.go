package handlers

import (
	"time"
)

// Routes lists method and path of every route, and whether it needs the Ops role.
func Routes() (operatorsOnly [][2]string) {
	for _, r := range new(console).table() {
		if r.access == operators {
			operatorsOnly = append(operatorsOnly, [2]string{r.method, r.path})
		}
	}

	return operatorsOnly
}

// Refusals returns seconds into a minute, and a new memory of who was refused what.
func Refusals() (at func(seconds int) time.Time, first func(now time.Time, kind string) bool) {
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	return func(seconds int) time.Time { return begun.Add(time.Duration(seconds) * time.Second) }, new(refusals).first
}

// Acts lists method and path of every route that does something once for a key.
func Acts() map[string]bool {
	acts := map[string]bool{}
	for name := range new(console).acts() {
		acts[name] = true
	}

	return acts
}
