package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// Answer is what a request can be answered with.
type Answer struct {
	// Status is 0 for 200.
	Status int
	// Data is the answer as JSON.
	Data any
	// Full is the whole page, Fragment what htmx puts in its place; nil when htmx gets
	// the whole page too.
	Full, Fragment templ.Component
	// Kept says that the page, drawn for status 200, is alike for everybody but for their [shell.Viewer]
	// and clocks, and until something is written or polled: it has no key and nothing that is told once.
	Kept bool
}

// Answer sends JSON, a fragment or a page, as the request wants it.
func (p *Page) Answer(a Answer) error {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}

	p.Response().Header().Add("Vary", "Accept, HX-Request")

	if p.WantsJSON() {
		return p.JSON(a.Status, a.Data)
	}

	component := a.Full
	if a.Fragment != nil && p.WantsFragment() {
		component = a.Fragment
	}

	if a.Kept && a.Status == http.StatusOK && p.TakesKept() {
		return p.keepAndSend(component)
	}

	return p.Draw(a.Status, component)
}

// Draw sends a component. It is drawn to a buffer first, so that one that fails leaves no
// half page.
func (p *Page) Draw(status int, component templ.Component) error {
	drawn, err := p.draw(component)
	if err != nil {
		return err
	}

	return p.sendOnce(status, drawn)
}

// JSON sends data that nobody may keep but this console, to give it again.
func (p *Page) JSON(status int, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write the JSON: %w", err)
	}

	p.keep(status, body)
	p.Response().Header().Set("Cache-Control", "no-store")

	return p.sendWhole(status, echo.MIMEApplicationJSON, body)
}

// SeeOther leads on from a form that was carried out: the browser by a redirect, the page's script
// by a header, since it would take what a redirect leads to for its answer.
func (p *Page) SeeOther(location string) error {
	if p.fromScript() && !p.IsRead() {
		p.Response().Header().Set("HX-Redirect", location)

		return p.NoContent(http.StatusNoContent)
	}

	return p.Redirect(http.StatusSeeOther, location)
}

// PushURL has the script put the answer to a form into the browser's history, under an address
// from which it can be come back to.
func (p *Page) PushURL(address string) { p.Response().Header().Set("HX-Push-Url", address) }

// ReplaceURL has the script give the answer to a form that was carried out an address of its own,
// in the place of the form's: that is no page to come back to.
func (p *Page) ReplaceURL(address string) { p.Response().Header().Set("HX-Replace-Url", address) }

// GoOnward sends the browser to another site, by a page that leads there too. Browsers hold the
// redirects after a form, also those to where the form was answered, to the form-action of its
// page, and an identity provider may lead anywhere: so the page goes on, and not the form.
func (p *Page) GoOnward(next string, page templ.Component) error {
	p.Response().Header().Set("Refresh", "0; url="+next)

	return p.Draw(http.StatusOK, page)
}

// WriteUntil bounds how long whoever asks may take to read what is written until then.
func (p *Page) WriteUntil(deadline time.Time) error {
	err := http.NewResponseController(p.Response()).SetWriteDeadline(deadline)
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}

	return err
}
