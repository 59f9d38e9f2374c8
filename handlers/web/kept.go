package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/templates/shell"
)

// TakesKept reports whether the request can be answered by a page that was drawn for another one:
// it is a browser's that goes to an address, and nothing is to be told once.
func (p *Page) TakesKept() bool {
	header := p.Request().Header

	return p.IsRead() && header.Get("HX-Request") == "" && header.Get("HX-History-Restore-Request") == "" &&
		header.Get(WaitHeader) == "" && !strings.Contains(header.Get("Cookie"), shell.RefusedZoneCookie+"=") && !p.WantsJSON()
}

// Address is what was asked for, as it was written.
func (p *Page) Address() string { return p.Request().URL.RequestURI() }

// AddressInZone is that with the zone in which the user reads times: not all pages are alike in all.
func (p *Page) AddressInZone() string {
	return p.Address() + "\n" + p.CookieValue(shell.ZoneCookie) + "\n" + p.CookieValue(shell.BrowserZoneCookie)
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
	d, err := draw(p.Ctx(), component)

	switch {
	case err != nil:
		return err
	case p.own:
		return p.sendOnce(http.StatusOK, d)
	case p.keepFor != nil:
		p.keepFor(d)
	}

	return p.SendKept(d)
}
