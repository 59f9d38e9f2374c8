package web

import (
	"mime"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// WantsJSON reports whether the client asks for data: by Accept, or by having sent JSON
// without saying that it wants a page.
func (p *Page) WantsJSON() bool {
	data, sent := p.quality(echo.MIMEApplicationJSON), p.sentJSON()
	if data == 0 && !sent {
		return false
	}

	page := p.quality(echo.MIMETextHTML)

	return data > 0 && data >= page || sent && page == 0
}

// Names reports whether the client names that kind of answer as one it takes; */* names none.
func (p *Page) Names(kind string) bool { return p.quality(kind) > 0 }

// quality is how much the client wants that kind of answer, by its name in Accept; 0 is
// not at all: RFC 9110, section 12.5.1.
func (p *Page) quality(kind string) float64 {
	for _, wanted := range p.Request().Header[echo.HeaderAccept] {
		if !strings.Contains(strings.ToLower(wanted), kind) {
			continue
		}

		for part := range strings.SplitSeq(wanted, ",") {
			if strings.TrimSpace(part) == kind {
				return 1
			}

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

func (p *Page) sentJSON() bool { return p.sentKind() == echo.MIMEApplicationJSON }

// sentKind is the kind of what was sent, "" when it does not say.
func (p *Page) sentKind() string {
	sent := p.header(echo.HeaderContentType)
	if sent == "" {
		return ""
	}

	kind, _, err := mime.ParseMediaType(sent)
	if err != nil {
		return ""
	}

	return kind
}

// Headers of htmx as net/http has them: any other spelling has to be turned into this at each look.
const (
	hxRequest  = "Hx-Request"
	hxRestores = "Hx-History-Restore-Request"
)

// WantsFragment reports whether htmx asks for a part of the page. When it restores
// history, it gets the whole.
func (p *Page) WantsFragment() bool {
	header := p.Request().Header

	return header.Get(hxRequest) == "true" && header.Get(hxRestores) != "true" && !p.isBoosted()
}

// isBoosted reports whether htmx sends a form as the browser would, and takes its answer, a page,
// for what the page is to show.
func (p *Page) isBoosted() bool { return p.Request().Header.Get("Hx-Boosted") == "true" }
