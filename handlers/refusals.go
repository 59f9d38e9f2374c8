package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// refuse turns away somebody who is signed in but is not an operator.
func (h *Handlers) refuse(p *page) error {
	refusal := ops.InsufficientRole(ops.RoleOps, p.who.Role)
	forbidden := &forbiddenError{who: p.who, Err: refusal}

	if !h.refusals.first(p.now, p.who.Username+" "+p.Path()) {
		return forbidden
	}

	_, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{
		Action: audit.AccessRefused, Object: p.Request().URL.Path, Outcome: audit.Refused, Message: refusal.Message,
	})

	return errors.Join(forbidden, err)
}

// refusals are whom the log knows in this minute to have been refused what: a page that
// asks again and again fills no log. It holds at most every user's every route.
type refusals struct {
	mu     sync.Mutex
	minute time.Time
	seen   map[string]bool
}

// first reports whether the refusal is the first of its kind in the minute.
func (r *refusals) first(now time.Time, kind string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	if minute := now.Truncate(time.Minute); !minute.Equal(r.minute) {
		r.minute, r.seen = minute, map[string]bool{}
	}

	defer func() { r.seen[kind] = true }()

	return !r.seen[kind]
}

// noteRefusal sees to it that what an operator tried is in the log, also when it was
// refused before anybody knew what was to be done to what; err is what the route returned.
func (h *Handlers) noteRefusal(p *page, err error) error {
	status := p.Response().Status
	if err != nil {
		status, _ = classify(err)
	}

	if status < http.StatusBadRequest || status >= http.StatusInternalServerError || p.looks || p.noted.Load() {
		return nil
	}

	entry := audit.Entry{
		Action: audit.RequestRefused, Object: strings.TrimPrefix(ops.Clip(p.Request().URL.Path), "/"), Outcome: audit.Refused,
		Message: http.StatusText(status),
	}

	if p.form != nil {
		entry.Reason, err = p.form.text("reason"), cmp.Or(err, p.form.refusal)
	}

	if err != nil {
		_, e := classify(err)
		entry.Message = e.Message + ops.FieldText(e)
	}

	_, logErr := h.Audit.Record(context.WithoutCancel(p.ctx()), p.actor(), entry)

	return logErr
}

// previews reports whether the request asks only what an act would come to.
func (p *page) previews() bool { return p.QueryParam("preview") == "1" }
