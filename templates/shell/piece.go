package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// The marks of a piece are comments of HTML. The first has its id, as a selector of CSS writes it.
const (
	PieceBegin = "<!--piece "
	PieceBegun = "-->"
	PieceEnd   = "<!--/piece-->"
)

type piecesKey struct{}

// WithPieces has what is drawn mark its pieces, for the streams of live regions.
func WithPieces(ctx context.Context) context.Context {
	return context.WithValue(ctx, piecesKey{}, true)
}

// Piece is a part of a live region that is sent alone while all that surrounds it stays: one element
// with that id, which has no pieces within.
func Piece(id string, element templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if ctx.Value(piecesKey{}) == nil {
			return element.Render(ctx, w)
		}

		_, begin := io.WriteString(w, PieceBegin+escape(id)+PieceBegun)
		drawn := element.Render(ctx, w)
		_, end := io.WriteString(w, PieceEnd)

		return errors.Join(begin, drawn, end)
	})
}

// escape writes an id, which begins with a letter, as an identifier of CSS. What CSS escapes cannot
// end a comment of HTML either.
func escape(id string) string {
	var b strings.Builder

	for _, r := range id {
		if r >= 0x80 || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\%x `, r)
		}
	}

	return b.String()
}
