package web

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/basepath"
)

// Place is where the console is, and what is said there with each answer.
type Place struct {
	site    basepath.Site
	headers http.Header
	// sum is of the headers.
	sum [sha256.Size]byte
}

// PlaceOf returns the place of a site whose answers have the headers, named as [http.Header] has them.
func PlaceOf(site basepath.Site, headers http.Header) *Place {
	var all []byte

	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, value := range headers[name] {
			all = append(append(all, name+": "+value...), '\n')
		}
	}

	return &Place{site: site, headers: headers, sum: sha256.Sum256(all)}
}

// Arrive returns the page of a request that came then. It goes on as the request's context.
func (place *Place) Arrive(c echo.Context, at time.Time) *Page {
	p := &Page{Context: c, Now: at.UTC().Round(0), place: place}
	c.Response().Before(p.leave)

	return p
}

// leave completes an answer's header. One that says that a page is unchanged is about the page that the browser
// has, which keeps the header that it came with: RFC 9111, section 4.3.4.
func (p *Page) leave() {
	header := p.Response().Header()
	p.place.site.Leave(header)

	if p.unchanged {
		return
	}

	for name, values := range p.place.headers {
		if _, own := header[name]; !own {
			header[name] = values
		}
	}
}
