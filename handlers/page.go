package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// page is a request and who sent it.
type page struct {
	echo.Context

	// who is the zero Identity on a route that everybody may use.
	who auth.Identity
	now time.Time

	// noted is set once the audit log has an entry of this request.
	noted atomic.Bool
	// looks is set when the request only looks ahead, whatever its method.
	looks bool
	// form is what was sent, where it was read by its fields.
	form *fields
}

// serve finds out who asks, and lets the route answer if they may.
func (h *Handlers) serve(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		p := &page{Context: c, now: h.Now().UTC()}
		if r.access == everybody {
			return r.handle(h, p)
		}

		var err error
		if p.who, err = h.Auth.Identify(c.Request()); err != nil {
			return err
		}

		if r.access == operators && !p.who.IsOps() {
			return h.refuse(p)
		}

		err = r.handle(h, p)
		if r.access == operators && !isRead(p.Request()) {
			if unwritten := h.noteRefusal(p, err); unwritten != nil {
				err = errors.Join(err, unwritten)
			}
		}

		return err
	}
}

// answer is what a request can be answered with.
type answer struct {
	// status is 0 for 200.
	status int
	// data is the answer as JSON.
	data any
	// full is the whole page, fragment what htmx puts in its place; nil when htmx gets
	// the whole page too.
	full, fragment templ.Component
}

// answer sends JSON, a fragment or a page, as the request wants it.
func (p *page) answer(a answer) error {
	if a.status == 0 {
		a.status = http.StatusOK
	}

	p.Response().Header().Add("Vary", "Accept, HX-Request")

	if p.wantsJSON() {
		return p.json(a.status, a.data)
	}

	component := a.full
	if a.fragment != nil && p.wantsFragment() {
		component = a.fragment
	}

	return p.html(a.status, component)
}

// html draws to a buffer first, so that a component that fails leaves no half page.
func (p *page) html(status int, component templ.Component) error {
	var buffer bytes.Buffer
	if err := component.Render(p.ctx(), &buffer); err != nil {
		return fmt.Errorf("draw the page: %w", err)
	}

	p.Response().Header().Set("Cache-Control", "no-store")

	return p.HTMLBlob(status, buffer.Bytes())
}

func (p *page) json(status int, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write the JSON: %w", err)
	}

	p.Response().Header().Set("Cache-Control", "no-store")

	return p.JSONBlob(status, body)
}

// seeOther is the answer to a form that was sent without htmx.
func (p *page) seeOther(location string) error {
	return p.Redirect(http.StatusSeeOther, location)
}

// wantsJSON reports whether the client asks for data: by Accept, or by having sent JSON
// without saying that it wants a page.
func (p *page) wantsJSON() bool {
	data, page := p.quality(echo.MIMEApplicationJSON), p.quality(echo.MIMETextHTML)

	return data > 0 && data >= page || p.sentJSON() && page == 0
}

// quality is how much the client wants that kind of answer, by its name in Accept; 0 is
// not at all: RFC 9110, section 12.5.1.
func (p *page) quality(kind string) float64 {
	for _, wanted := range p.Request().Header.Values(echo.HeaderAccept) {
		for part := range strings.SplitSeq(wanted, ",") {
			name, params, err := mime.ParseMediaType(part)
			if err != nil || name != kind {
				continue
			}

			q, err := strconv.ParseFloat(params["q"], 64)
			if err != nil {
				return 1
			}

			return q
		}
	}

	return 0
}

func (p *page) sentJSON() bool { return p.sentKind() == echo.MIMEApplicationJSON }

// sentKind is the kind of what was sent, "" when it does not say.
func (p *page) sentKind() string {
	kind, _, err := mime.ParseMediaType(p.Request().Header.Get(echo.HeaderContentType))
	if err != nil {
		return ""
	}

	return kind
}

// wantsFragment reports whether htmx asks for a part of the page. When it restores
// history, it gets the whole.
func (p *page) wantsFragment() bool {
	header := p.Request().Header

	return header.Get("HX-Request") == "true" && header.Get("HX-History-Restore-Request") != "true" &&
		header.Get("HX-Boosted") != "true"
}

// actor is who asks, as the audit log keeps it.
func (p *page) actor() audit.Actor {
	return audit.Actor{
		Username: p.who.Username, Role: string(p.who.Role), RemoteAddr: p.RealIP(), RequestID: p.requestID(), Audited: &p.noted,
	}
}

func (p *page) requestID() string {
	return p.Response().Header().Get(echo.HeaderXRequestID)
}

// service is the control plane as the user sees it.
func (h *Handlers) service(p *page) ops.Service { return h.Platform.As(p.who.Caller()) }

// shell is what surrounds the page; id is its entry in the navigation.
func (h *Handlers) shell(p *page, id, title string) templates.Shell {
	// Every page hears of banners and temporary changes; whoever is turned away, of nothing.
	events := ""
	if p.who.IsOps() {
		events = "/events"
	}

	return templates.Shell{
		Events: events,
		Page:   id, Title: title, Path: p.Request().URL.RequestURI(),
		Environment: h.Environment,
		User:        templates.User{Username: p.who.Username, Email: p.who.Email, Role: p.who.Role},
		Preferences: p.preferences(),
		Now:         p.now,
		Fresh:       h.freshness(p.now),
		Banner:      h.banner(p.ctx(), p.now),
		Temporary:   h.temporary(p.ctx()),
		Notices:     h.notices(p),
		Version:     h.Version,
	}
}

func (p *page) preferences() templates.Preferences {
	return templates.Preferences{
		Theme: templates.ParseTheme(p.cookie(templates.ThemeCookie)),
		Zone:  zone(p.cookie(templates.ZoneCookie)),
	}
}

func (p *page) cookie(name string) string {
	cookie, err := p.Cookie(name)
	if err != nil {
		return ""
	}

	return cookie.Value
}
