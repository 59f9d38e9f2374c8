// Package announcements tells the users of the platform of maintenance.
package announcements

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/basepath"
	pages "github.com/graph-olap/opsconsole/templates/announcements"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Handlers answers the page and the feeds of the announcements.
type Handlers struct {
	// Feeds tells Readers of the windows.
	Feeds   http.Handler
	Readers announce.Audience
	// Identify tells who asks.
	Identify func(r *http.Request) (auth.Identity, error)
}

// Serve tells users of maintenance, as a page and as feeds.
func (h *Handlers) Serve(p *web.Page) error {
	switch h.Readers {
	case announce.Public:
	case announce.SignedIn:
		if err := p.Identify(h.Identify); err != nil {
			return err
		}
	case announce.Nobody:
		return echo.ErrNotFound
	default:
		return echo.ErrNotFound
	}

	request := p.Request()

	if request.URL.Path == announce.PagePath {
		p.Response().Header().Add("Vary", "Accept")

		if p.WantsJSON() {
			return p.SeeOther(announce.JSONPath)
		}
	}

	h.Feeds.ServeHTTP(p.Response(), request)

	return nil
}

// Page draws the page of the announcements for [announce.Feeds].
func Page(env shell.Environment, public *url.URL) func(ctx context.Context, v announce.Announcements) ([]byte, error) {
	feeds, where := pages.FeedsOf(public), basepath.Of(public)

	return func(ctx context.Context, v announce.Announcements) ([]byte, error) {
		var buffer bytes.Buffer

		err := pages.Page(env, feeds, v).Render(ctx, &buffer)

		return where.Links(buffer.Bytes()), err
	}
}
