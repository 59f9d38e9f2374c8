package session

import (
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// What anybody can send goes into the audit log within a bound: nothing is ever deleted there.
const (
	refusalsMost   = 20
	refusalsWithin = time.Minute
)

// refusals counts those of a minute.
type refusals struct {
	mu    sync.Mutex
	since time.Time
	count int
}

// next counts one more and returns how many there are by now.
func (r *refusals) next(now time.Time) int {
	r.mu.Lock()
	defer r.mu.Unlock()

	if now.Sub(r.since) >= refusalsWithin {
		r.since, r.count = now, 0
	}

	r.count++

	return r.count
}

// noteRefusal writes down what came from somebody who is not signed in, unless there was too much of it.
func (h *Handlers) noteRefusal(p *web.Page, action audit.Action, message string) error {
	n := h.refused.next(p.Now)
	if n > refusalsMost {
		return nil
	}

	if n == refusalsMost {
		message += " (more of the kind within this minute are in the console's own log alone)"
	}

	_, err := h.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{Action: action, Outcome: audit.Refused, Message: message})

	return err
}
