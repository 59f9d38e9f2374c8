package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/segment"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// compressFrom is the size from which an answer is compressed, in bytes.
const compressFrom = 1024

// Drawn is a page as it was drawn, with gaps for what is its viewer's. It is sent to any number of
// them at the same time.
type Drawn struct {
	parts [][]byte // behind each but the last is a gap
	gaps  []shell.Gap
	size  int
	// seen is how it looks, whoever its viewer is: [shell.Seen].
	seen [sha256.Size]byte

	mu sync.Mutex
	// tags are its ETags, by viewer, of no moment.
	tags map[shell.Viewer]string
	// segments are the parts compressed, by how many bytes fill the gaps, and sums those of the parts.
	segments map[string][][]byte
	sums     []segment.Known
}

// segmentsMost is for how many lengths of what fills the gaps a page is kept compressed: names,
// addresses and zones, a multiple of 8 bytes each.
const segmentsMost = 4

// tagsMost is for how many viewers their ETag is kept.
const tagsMost = 64

func (p *Page) draw(component templ.Component) (*Drawn, error) {
	room := buffers.Get().(*[]byte) //nolint:forcetypeassert // its New makes no other
	defer giveBack(room)

	buffer := bytes.NewBuffer((*room)[:0])
	if err := component.Render(p.Ctx(), buffer); err != nil {
		return nil, fmt.Errorf("draw the page: %w", err)
	}

	*room = buffer.Bytes()

	html := bytes.Clone(p.site().Links(*room))
	d := &Drawn{size: len(html), seen: shell.Seen(html), segments: map[string][][]byte{}, tags: map[shell.Viewer]string{}}
	d.parts, d.gaps = shell.Cut(html)

	return d, nil
}

// Size is about how many bytes it holds on to: it compresses to less than half.
func (d *Drawn) Size() int { return (1 + segmentsMost/2) * d.size }

// compressed returns the parts compressed for gaps that are filled by as many bytes, and their sums.
func (d *Drawn) compressed(gaps []int) (segments [][]byte, sums []segment.Known, err error) {
	const most = 64 // bytes, where gaps are as many as they use to be

	key := make([]byte, 0, most)
	for _, size := range gaps {
		key = binary.AppendUvarint(key, uint64(size)) //nolint:gosec // it is a length
	}

	d.mu.Lock()
	defer d.mu.Unlock()

	if made, ok := d.segments[string(key)]; ok {
		return made, d.sums, nil
	}

	if segments, err = segment.Parts(d.parts, gaps); err != nil {
		return nil, nil, err
	}

	if len(d.segments) >= segmentsMost {
		clear(d.segments)
	}

	d.segments[string(key)] = segments

	if d.sums == nil {
		for _, part := range d.parts {
			d.sums = append(d.sums, segment.SumOf(part))
		}
	}

	return segments, d.sums, nil
}

// tag is the page's ETag for a viewer: RFC 9110, section 8.8.3. It is a weak one: it is of how the page
// looks, while its clock differs each time, and it may be compressed. The headers of the place are in
// it: with what is unchanged they are not sent again.
func (d *Drawn) tag(viewer shell.Viewer, place *Place) string {
	viewer.Now = time.Time{}

	d.mu.Lock()
	defer d.mu.Unlock()

	if tag, made := d.tags[viewer]; made {
		return tag
	}

	const (
		size     = 16  // bytes: nobody makes two pages of one
		nameSize = 192 // bytes, about, of what is the viewer's
	)

	whole := make([]byte, 0, 2*len(d.seen)+nameSize)

	whole = append(append(whole, d.seen[:]...), place.sum[:]...)
	for _, fill := range viewer.Fills().Constant() {
		whole = append(append(whole, fill...), 0)
	}

	sum := sha256.Sum256(whole)
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:size]) + `"`

	if len(d.tags) >= tagsMost {
		clear(d.tags)
	}

	d.tags[viewer] = tag

	return tag
}

// join appends the page with its gaps filled, compressed or not.
func (d *Drawn) join(b []byte, fills *shell.Fills, compressed bool) ([]byte, error) {
	if !compressed {
		for i, part := range d.parts {
			b = append(b, part...)
			if i < len(d.gaps) {
				b = fills.Append(b, d.gaps[i])
			}
		}

		return b, nil
	}

	var (
		all   []byte // what fills the gaps, one behind the other
		sizes = make([]int, len(d.gaps))
	)

	for i, gap := range d.gaps {
		before := len(all)
		all = fills.Append(all, gap)
		sizes[i] = len(all) - before
	}

	segments, sums, err := d.compressed(sizes)
	if err != nil {
		return nil, err
	}

	var sum segment.Sum

	b = segment.AppendHeader(b)

	for i := range d.parts {
		sum.AddKnown(sums[i])

		b = append(b, segments[i]...)

		if i < len(d.gaps) {
			sum.Add(all[:sizes[i]])

			b = segment.AppendFill(b, all[:sizes[i]])
			all = all[sizes[i]:]
		}
	}

	return sum.AppendEnd(b), nil
}

// buffers are what pages are drawn in, and answers joined.
//
//nolint:gochecknoglobals // there are as many in the process as are used at the same time
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// bufferMax is the most bytes of a buffer that is used again.
const bufferMax = 1 << 20

func giveBack(buffer *[]byte) {
	if cap(*buffer) <= bufferMax {
		buffers.Put(buffer)
	}
}

// viewer is who asks, and how they want to see it.
func (p *Page) viewer() shell.Viewer {
	return shell.Viewer{
		User:        shell.User{Username: p.Who.Username, Email: p.Who.Email, Role: p.Who.Role},
		Preferences: p.preferences(), Now: p.Now,
	}
}

// sendOnce sends what nobody may keep.
func (p *Page) sendOnce(status int, d *Drawn) error {
	p.Response().Header().Set("Cache-Control", "no-store")

	return p.sendDrawn(status, d, p.viewer().Fills())
}

// SendKept sends a page that its browser may keep, and has to ask for anew each time: it is told
// when the page is as it was. Another cookie is another viewer: without its session's, a browser
// does not show what it kept either.
func (p *Page) SendKept(d *Drawn) error {
	viewer := p.viewer()
	tag := d.tag(viewer, p.place)

	p.said[1], p.said[2], p.said[3] = "private, no-cache", tag, keptVary

	header := p.Response().Header()
	header["Cache-Control"], header["Etag"], header["Vary"] = p.said[1:2:2], p.said[2:3:3], p.said[3:]

	if isAmong(tag, p.header("If-None-Match")) {
		p.unchanged = true

		return p.NoContent(http.StatusNotModified)
	}

	return p.sendDrawn(http.StatusOK, d, viewer.Fills())
}

const keptVary = "Accept, Accept-Encoding, Cookie, HX-Request"

// isAmong reports whether an If-None-Match has the tag: RFC 9110, section 13.1.2.
func isAmong(tag, list string) bool {
	if list == "" {
		return false
	}

	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == tag || item == "*" {
			return true
		}
	}

	return false
}

func (p *Page) sendDrawn(status int, d *Drawn, fills *shell.Fills) error {
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // its New makes no other
	defer giveBack(buffer)

	body, err := d.join((*buffer)[:0], fills, p.compresses(d.size))
	if err != nil {
		return err
	}

	*buffer = body

	return p.send(status, echo.MIMETextHTMLCharsetUTF8, body)
}

// compresses reports whether an answer of that size is sent compressed, and says so in its header.
func (p *Page) compresses(size int) bool {
	header := p.Response().Header()
	if header.Get(echo.HeaderVary) != keptVary {
		header.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	}

	if size < compressFrom || !announce.Accepts(p.Request(), "gzip") {
		return false
	}

	header.Set(echo.HeaderContentEncoding, "gzip")

	return true
}

// sendWhole sends a body that is made for this answer.
func (p *Page) sendWhole(status int, mediaType string, body []byte) error {
	if p.compresses(len(body)) {
		var err error
		if body, err = segment.Whole(body); err != nil {
			return err
		}
	}

	return p.send(status, mediaType, body)
}

func (p *Page) send(status int, mediaType string, body []byte) error {
	p.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(body)))

	return p.Blob(status, mediaType, body)
}
