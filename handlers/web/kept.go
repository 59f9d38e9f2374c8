package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/templates/shell"
)

// TakesKept reports whether the request can be answered by a page that was drawn for another one:
// it is a browser's that goes to an address, and nothing is to be told once. Browsers name what a
// page is; who does not may get something else at the same address.
func (p *Page) TakesKept() bool {
	header := p.Request().Header

	return p.IsRead() && p.Names(echo.MIMETextHTML) && len(header[hxRequest]) == 0 && len(header[hxRestores]) == 0 &&
		len(header[WaitHeader]) == 0 && !p.mayHaveCookie(shell.RefusedZoneCookie) && !p.WantsJSON()
}

// actedCookie is the number of the newest entry of the audit log that an act of its browser has: no page
// that was drawn before it is shown there, by no replica, nor by Back (each page varies with it).
const actedCookie = "acted"

// TellActed has the browser know what its act came to in the audit log, if it is somebody's.
func (p *Page) TellActed() {
	newest := p.newest.Load()
	if newest == 0 || p.Who.SessionID == "" {
		return
	}

	p.Keep(actedCookie, strconv.FormatInt(newest, 10), 0)
}

// AlsoActed notes that the other one acted, too, as a part of this.
func (p *Page) AlsoActed(other *Page) { p.newest.Store(max(p.newest.Load(), other.newest.Load())) }

// Acted is what the browser was told by [Page.TellActed], 0 for nothing.
func (p *Page) Acted() int64 {
	cookie := p.CookieValue(actedCookie)
	if cookie == "" {
		return 0
	}

	seq, err := strconv.ParseInt(cookie, 10, 64)
	if err != nil {
		return 0
	}

	return seq
}

// Address is what was asked for, as it was written.
func (p *Page) Address() string {
	if p.address == "" {
		p.address = p.Request().URL.RequestURI()
	}

	return p.address
}

// AddressInZone is that with the zone in which the user reads times: not all pages are alike in all.
func (p *Page) AddressInZone() string {
	return p.Address() + "\n" + p.preference(shell.ZoneCookie) + "\n" + p.preference(shell.BrowserZoneCookie)
}

// KeepBy has the page, if it is one that may be kept, handed on under the address for which it
// holds.
func (p *Page) KeepBy(keep func(address string, d *Drawn)) {
	p.keepFor = func(d *Drawn) {
		address := p.Address()
		if p.zoned {
			address = p.AddressInZone()
		}

		keep(address, d)
	}
}

// keepAndSend draws a page for all who ask for the same.
func (p *Page) keepAndSend(component templ.Component) error {
	d, err := p.draw(component)

	switch {
	case err != nil:
		return err
	case p.own:
		return p.sendOnce(http.StatusOK, d)
	case p.keepFor != nil && p.Ctx().Err() == nil: // else something may have been left out of it
		p.keepFor(d)
	}

	return p.SendKept(d)
}
