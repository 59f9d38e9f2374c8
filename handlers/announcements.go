package handlers

import (
	"bytes"
	"context"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/templates/announcements"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Audience says who reads the announcements.
type Audience string

// The audiences: everybody, those who are signed in with whatever role, or nobody.
const (
	Public   Audience = "public"
	SignedIn Audience = "signed-in"
	Nobody   Audience = "off"
)

// announcements tells users of maintenance, as a page and as feeds.
func (h *Handlers) announcements(p *page) error {
	switch h.Readers {
	case Public:
	case SignedIn:
		if _, err := h.Auth.Identify(p.Request()); err != nil {
			return err
		}
	case Nobody:
		return echo.ErrNotFound
	default:
		return echo.ErrNotFound
	}

	request := p.Request()

	if request.URL.Path == announce.PagePath {
		p.Response().Header().Add("Vary", "Accept")

		if p.wantsJSON() {
			return p.seeOther(announce.JSONPath)
		}
	}

	h.Feeds.ServeHTTP(p.Response(), request)

	return nil
}

// AnnouncementsPage draws the page of the announcements for [announce.Feeds].
func AnnouncementsPage(env shell.Environment) func(ctx context.Context, v announce.Announcements) ([]byte, error) {
	return func(ctx context.Context, v announce.Announcements) ([]byte, error) {
		var buffer bytes.Buffer

		err := announcements.Page(env, v).Render(ctx, &buffer)

		return buffer.Bytes(), err
	}
}
