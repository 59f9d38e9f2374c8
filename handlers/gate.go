package handlers

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// guarded does what the request asks for, unless that needs a second person: then it is asked for. How
// what it is about stands is read, and all is checked once more after that: so what is changed in between is
// either refused now, or voids it.
func (c *console) guarded(p *web.Page, r route) error {
	held, err := c.held(p, r)
	if held == nil {
		return err
	}

	stand, err := c.Approvals.StandOf(p.Ctx(), held)
	if err != nil {
		return err
	}

	if held, err = c.held(p, r); held == nil {
		return err
	}

	p.Guard(nil)

	return c.approvals.Ask(p, held, stand)
}

// held does what the request asks for, and returns what of it has to wait for another operator, nil for nothing.
func (c *console) held(p *web.Page, r route) (*approvals.HeldError, error) {
	p.Guard(c.Approvals.Gate(func(entry audit.Entry) error { return c.freshFor(p, entry) }))

	err := r.handle(p)
	if held, ok := errors.AsType[*approvals.HeldError](err); ok {
		return held, nil
	}

	return nil, err
}

// StepUp says which acts need a sign-in that is not older than MaxAge.
type StepUp struct {
	Actions []string
	MaxAge  time.Duration
}

// freshFor is why what is to be written down needs a newer sign-in, nil when it does not: for what it is, or for what
// it comes to.
func (c *console) freshFor(p *web.Page, entry audit.Entry) error {
	return cmp.Or(c.fresh(p, entry.Action), c.fresh(p, entry.Counts))
}

// fresh is why an act needs a newer sign-in, nil when it does not.
func (c *console) fresh(p *web.Page, act audit.Action) error {
	if !slices.Contains(c.StepUp.Actions, string(act)) || p.Who.IsFresh(c.StepUp.MaxAge, p.Now) {
		return nil
	}

	return &web.StepUpError{MaxAge: c.StepUp.MaxAge}
}

// replay sends a request once more that was held, as who sends this one, in the name of who asked for
// it. It is answered in JSON. Times are as they were when it was asked for.
func (c *console) replay(p *web.Page, about approvals.Approval, gate audit.Gate) (status int, body []byte, err error) {
	sent := about.Request()

	request, err := http.NewRequestWithContext(p.Ctx(), sent.Method, sent.Path, strings.NewReader(sent.Body))
	if err != nil {
		return 0, nil, err
	}

	request.RemoteAddr, request.Host = p.Request().RemoteAddr, p.Request().Host
	request.Header[echo.HeaderXForwardedFor] = p.Request().Header.Values(echo.HeaderXForwardedFor)
	request.Header.Set(echo.HeaderContentType, sent.Kind)
	request.Header.Set(echo.HeaderAccept, echo.MIMEApplicationJSON)
	request.Header.Set(echo.HeaderCookie, shell.ZoneCookie+"="+url.QueryEscape(sent.Zone))

	answer := &recorder{header: http.Header{echo.HeaderXRequestID: {p.RequestID()}}}
	e := c.echo.NewContext(request, answer)
	c.echo.Router().Find(sent.Method, request.URL.Path, e)

	again := web.PageOf(e, func() time.Time { return about.RequestedAt })
	asker := web.Asker{
		Username: about.RequestedBy.Username, ByProgram: sent.ByProgram,
		Identity: audit.Identity{Issuer: about.RequestedBy.Issuer, Subject: about.RequestedBy.Subject},
	}
	again.CarryOut(p.Who, asker, gate)

	r, ok := c.routeOf(sent.Method, e.Path())
	if !ok { // a version before this one had it
		return 0, nil, ops.NotFound("route", sent.Method+" "+sent.Path)
	}

	err = r.handle(again)

	p.AlsoActed(again)

	return answer.status, answer.body.Bytes(), err
}

func (c *console) routeOf(method, path string) (route, bool) {
	all := c.table()

	i := slices.IndexFunc(all, func(r route) bool { return r.method == method && r.path == path })
	if i < 0 {
		return route{}, false
	}

	return all[i], true
}
