package components

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Markup is markup and text in turn, which is escaped. What long pages have hundreds of is written so: a template
// makes a dozen allocations for each.
func Markup(parts ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for i, part := range parts {
			if i%2 == 1 {
				part = templ.EscapeString(part)
			}

			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}

		return nil
	})
}

// Past is [Time] of what has happened. Where it is to come by a clock that was set back since, it is absolute alone.
func Past(t, now time.Time) templ.Component {
	return Markup(`<time datetime="`, t.UTC().Format(time.RFC3339), `" title="`, format.Full(t),
		`" data-time="past">`, format.Past(t, now), `</time>`)
}

// Fact is an entry of a list of facts whose value is code, none when there is no value.
func Fact(name, value string) templ.Component {
	if value == "" {
		return templ.NopComponent
	}

	return Markup("<div><dt>", name, "</dt><dd><code>", value, "</code></dd></div>")
}

// WordFact is an entry of a list of facts whose value is a text.
func WordFact(name, value string) templ.Component {
	return Markup("<div><dt>", name, "</dt><dd>", value, "</dd></div>")
}

// Object is what an act is done to, in words, with how the audit log writes it as its tooltip.
func Object(object string) templ.Component {
	words, ok := action.Object(object)

	switch {
	case ok:
		return Markup(`<span title="`, object, `">`, words, "</span>")
	case object == "":
		return templ.NopComponent
	default:
		return Markup("<code>", object, "</code>")
	}
}
