package live

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/templates/shell"
)

// drawn is how a region was drawn.
type drawn struct {
	// html is all of it, as it is pushed, and since the snapshot since which what surrounds its
	// pieces, the frame, has been like that.
	html, frame []byte
	since       uint64
	pieces      []piece
}

// piece is a part of a region that is sent alone ([shell.Piece]).
type piece struct {
	html, pushed []byte
	since        uint64
}

// cut takes the region drawn of a snapshot apart, given how it was before, nil for nothing.
func cut(ctx context.Context, region string, html []byte, seq uint64, before *drawn) (drawn, error) {
	next := drawn{since: seq}

	for i := 0; ; i++ {
		outside, rest, found := bytes.Cut(html, []byte(shell.PieceBegin))
		next.html, next.frame = append(next.html, outside...), append(next.frame, outside...)

		if !found {
			break
		}

		id, rest, _ := bytes.Cut(rest, []byte(shell.PieceBegun))
		inside, rest, _ := bytes.Cut(rest, []byte(shell.PieceEnd))
		next.html, next.frame = append(next.html, inside...), append(append(next.frame, 0), id...)
		html = rest

		one := piece{html: inside, since: seq}

		if before != nil && i < len(before.pieces) && bytes.Equal(before.pieces[i].html, inside) {
			one = before.pieces[i]
		} else if pushed, err := push(ctx, shell.PushPiece(region, string(id), raw(inside))); err != nil {
			return drawn{}, err
		} else {
			one.pushed = pushed
		}

		next.pieces = append(next.pieces, one)
	}

	if before != nil && bytes.Equal(before.frame, next.frame) {
		next.since = before.since
	}

	return next, nil
}

// news is what differs of the region since a snapshot: all of it, some of its pieces, or nothing.
func (d *drawn) news(since uint64) []byte {
	if d.since >= since {
		return d.html
	}

	var out []byte

	for _, p := range d.pieces {
		if p.since >= since {
			out = append(out, p.pushed...)
		}
	}

	return out
}

// push draws for a message.
func push(ctx context.Context, component templ.Component) ([]byte, error) {
	var b bytes.Buffer

	err := component.Render(shell.WithPieces(context.WithoutCancel(ctx)), &b)

	return withoutTimes(b.Bytes()), err
}

// raw is what was drawn already.
func raw(html []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(html)

		return err
	})
}
