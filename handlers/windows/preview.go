package windows

import (
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// PreviewText shows all forms of what is typed for users, as whatever serves them makes them. It is asked
// for while somebody types, so it keeps nothing and asks nobody.
func (h *Handlers) PreviewText(p *web.Page) error {
	p.LookAhead()

	f, err := p.Fields()
	if err != nil {
		return err
	}

	text := lines(f.Text("text"))
	if n := utf8.RuneCountInString(text); n > ops.MessageMax {
		f.Refuse("text", "string_too_long", fmt.Sprintf("has %d characters, at most %d are allowed", n, ops.MessageMax))
	}

	if err := f.Done(); err != nil {
		return err
	}

	view := pages.Forms{Message: announce.Render(text), Typed: text}

	view.Omitted = web.List(view.Omitted)

	return p.Answer(web.Answer{Status: http.StatusOK, Data: view, Full: pages.FormsOf(view)})
}
