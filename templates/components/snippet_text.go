package components

import (
	"context"
	"html"
	"io"

	"github.com/a-h/templ"
)

// text writes the snippet to the letter: a template would add white space between the
// parts, and here white space counts.
func (s Snippet) text() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, part := range s.Parts {
			text := html.EscapeString(part.Text)

			switch {
			case part.Once:
				text = `<var data-once="` + text + `"></var>`
			case part.Field != "":
				optional := ""
				if part.Optional {
					optional = " data-optional"
				}

				text = `<var` + optional + ` data-field="` + html.EscapeString(part.Field) + `" data-kind="` +
					html.EscapeString(string(part.Kind)) + `">` + text + `</var>`
			}

			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}

		return nil
	})
}
