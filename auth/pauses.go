package auth

import (
	"errors"
	"maps"
	"net/url"
	"sync"
	"time"
)

// refreshPause is how long nobody tries to renew tokens after the provider did not
// answer, so that requests do not queue up behind it.
const refreshPause = 15 * time.Second

// everybody stands for all sessions in [pauses].
const everybody = ""

// pauses are until when sessions are not renewed, by the hash of their secret. What the
// provider cannot say of one is no reason to leave the others alone.
type pauses struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (p *pauses) pause(now time.Time, whose string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	maps.DeleteFunc(p.until, func(_ string, until time.Time) bool { return !now.Before(until) })

	if p.until == nil {
		p.until = map[string]time.Time{}
	}

	p.until[whose] = now.Add(refreshPause)
}

// paused reports whether that session, or all, are to be left alone.
func (p *pauses) paused(now time.Time, whose string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()

	return now.Before(p.until[everybody]) || now.Before(p.until[whose])
}

// pauseAfter leaves all sessions alone when the provider was silent, and this one when it
// answered that it cannot say.
func (a *Auth) pauseAfter(err error, s session) {
	whose := s.id
	if _, silent := errors.AsType[*url.Error](err); silent {
		whose = everybody
	}

	a.pauses.pause(a.now(), whose)
}
