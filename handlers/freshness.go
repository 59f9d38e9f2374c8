package handlers

import (
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/templates/shell"
)

// freshness is how old the whole snapshot is: as old as its oldest part.
func (h *Handlers) freshness(now time.Time) shell.Freshness {
	s := h.Monitor.Snapshot()

	return shell.Fresh(s.Health, now).And(shell.Fresh(s.Instances, now)).And(shell.Fresh(s.State, now)).
		And(shell.Fresh(s.Jobs, now)).And(shell.Fresh(s.Exports, now)).And(shell.Fresh(s.Metrics, now))
}

// lastGood is the age of what is known of the platform, when it does not answer.
func (h *Handlers) lastGood(status int) *time.Time {
	if status != http.StatusServiceUnavailable {
		return nil
	}

	return h.freshness(h.Now()).AsOf
}

// beatEvery is the most time between two signs of life on a stream.
const beatEvery = 15 * time.Second

func (h *Handlers) beat() shell.Beat {
	fresh := h.freshness(h.Now().UTC())

	return shell.Beat{
		Now: fresh.Now, AsOf: fresh.AsOf, Stale: fresh.Stale, StaleReason: fresh.StaleReason,
		Every: int(max(h.Monitor.Interval(), time.Second).Seconds()),
	}
}
