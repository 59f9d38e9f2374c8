package handlers

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/ops"
)

// serve finds out who asks, and lets the route answer if they may.
func (c *console) serve(of route) echo.HandlerFunc {
	r := &served{route: of, again: c.again[of.method+" "+of.path]}

	return func(e echo.Context) error {
		p := web.PageOf(e, c.Now)
		if p.IsRead() {
			return c.admit(p, r)
		}

		return c.kept.act(p, func(p *web.Page) error { return c.admit(p, r) })
	}
}

// admit answers those who may ask. What follows a stream is called from here for as long as the stream is open: little of each
// of these functions stands on its stack, of which there is one a tab.
func (c *console) admit(p *web.Page, r *served) error {
	if r.access == everybody {
		return c.patiently(p, r, r.handle)
	}

	if err := p.Identify(c.Auth.Identify); err != nil {
		return err
	}

	if r.access == operators && p.Who.Role != ops.RoleOps && p.CheckUser() == nil {
		return c.refuse(p)
	}

	return c.audited(p, r, c.show(p, r))
}

// show answers with what is kept, for those who take that.
func (c *console) show(p *web.Page, r *served) error {
	if err := p.CheckUser(); err != nil {
		return err
	}

	c.Monitor.Look()

	if !p.TakesKept() {
		return c.look(p, r)
	}

	return c.kept.answer(p, func(p *web.Page) error { return c.look(p, r) })
}

// audited sees to it that the log has what somebody tried; err is what came of it.
func (c *console) audited(p *web.Page, r *served, err error) error {
	// What has its entry in the log may have been done, whatever could not be read afterwards.
	if !p.IsRead() && p.Audited() && database.Explain(err) != nil {
		err = errors.Join(err, ops.ErrOutcomeUnknown)
	}

	if r.access == operators && !p.IsRead() {
		switch unwritten := c.auditRefusal(p, err); {
		case unwritten == nil:
		case p.Response().Committed: // Whoever asked was told all of it, and nothing was done.
			c.Logger.ErrorContext(p.Ctx(), "a refusal could not be recorded",
				slog.String("request_id", p.RequestID()), slog.Any("error", unwritten))
		default:
			err = errors.Join(err, unwritten)
		}
	}

	return err
}

// look lets the route answer those who may ask it, if they ask for what it has.
func (c *console) look(p *web.Page, r *served) error {
	if err := c.checkQuery(p, &r.route); err != nil {
		return err
	}

	return c.patiently(p, r, func(p *web.Page) error { return c.once(p, r) })
}

// impatience is how long a request may take while the database is known not to answer.
const impatience = time.Second

// waitsItself reports whether a route bounds by itself what it waits for of the database, or waits
// for others: a stream, what the control plane has, whoever signs out here or at the provider.
func waitsItself(r *served) bool {
	return slices.Contains([]string{
		live.Events(""), "/exports.csv", "/metrics/raw", "/readyz", "/logout", auth.BackchannelPath,
	}, r.path)
}

// patiently lets the request to a route be answered. While the database is known not to answer,
// nobody waits for it to the end: what is in memory needs no time, and the rest is told soon. No
// act is begun, so that none is cut off.
func (c *console) patiently(p *web.Page, r *served, answer func(p *web.Page) error) error {
	if down := c.Database.Err(); down != nil && !waitsItself(r) {
		return impatiently(p, down, answer)
	}

	return answer(p)
}

func impatiently(p *web.Page, down error, answer func(p *web.Page) error) error {
	switch {
	case !p.IsRead() && p.HasKey():
		return untold(down)
	case !p.IsRead():
		return down
	}

	whole := p.Request()
	defer p.SetRequest(whole)

	ctx, cancel := context.WithTimeout(whole.Context(), impatience)
	defer cancel()

	p.SetRequest(whole.WithContext(ctx))

	err := answer(p)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(database.Explain(down), err)
	}

	return err
}

// refuse turns away somebody who is signed in but is not an operator.
func (c *console) refuse(p *web.Page) error {
	refusal := p.Forbidden()

	_, err := c.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{
		Action: audit.AccessRefused, Object: p.Request().URL.Path, Outcome: audit.Refused, Message: ops.AsError(refusal).Message,
	})

	return errors.Join(refusal, err)
}

// auditRefusal sees to it that what an operator tried is in the log, also when it was
// refused before anybody knew what was to be done to what; err is what the route returned.
func (c *console) auditRefusal(p *web.Page, err error) error {
	status := p.Response().Status
	if err != nil {
		status, _ = web.Classify(err)
	}

	if status < http.StatusBadRequest || status >= http.StatusInternalServerError || p.LooksAhead() || p.Audited() {
		return nil
	}

	entry := audit.Entry{
		Action: audit.RequestRefused, Object: strings.TrimPrefix(ops.Clip(p.Request().URL.Path), "/"), Outcome: audit.Refused,
		Message: http.StatusText(status),
	}

	reason, refusal := p.Tried()
	entry.Reason = reason

	if err = cmp.Or(err, refusal); err != nil {
		_, e := web.Classify(err)
		entry.Message = e.Message + ops.FieldText(e)
	}

	_, logErr := c.Audit.Record(context.WithoutCancel(p.Ctx()), p.Actor(), entry)

	return logErr
}
