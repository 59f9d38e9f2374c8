package live

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"runtime/debug"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// topic is what of a page is live, drawn once a snapshot, however many look at it.
type topic struct {
	name    string
	regions []Region
	// feeds counts those that have it; [topics.mu] guards it.
	feeds int

	mu sync.Mutex
	// seq is the snapshot of which drawn, a part a region, was drawn; drawn is nil before, and
	// where that failed: then nobody tries again before the next snapshot.
	seq    uint64
	drawn  []drawn
	failed bool
	// turned is the snapshot of the last failure after a success, or the other way round.
	turned uint64
}

// part is what a topic adds to a message.
type part struct {
	// event is a server-sent event with the regions that differ, empty when none does.
	event []byte
	// failed is whether the topic could not be drawn, turned whether that differs.
	failed, turned bool
}

// part returns the regions that differ since the snapshot. The field page names the topic, which
// browsers' own readers of events ignore: WHATWG HTML, section 9.2.6. The error is why a drawing
// failed, for the first who asks.
func (t *topic) part(ctx context.Context, snapshot *monitor.Snapshot, now time.Time, since uint64) (part, error) {
	t.mu.Lock()
	defer t.mu.Unlock()

	var err error

	if t.seq < snapshot.Seq || (t.drawn == nil && !t.failed) {
		t.drawn, err = t.draw(ctx, snapshot, now)
		t.seq = snapshot.Seq

		if failed := err != nil; failed != t.failed {
			t.failed, t.turned = failed, snapshot.Seq
		}
	}

	var (
		html []byte
		b    bytes.Buffer
	)

	for i := range t.drawn {
		html = append(html, t.drawn[i].news(since)...)
	}

	if len(html) > 0 {
		if t.name != Shell {
			fmt.Fprintf(&b, "page: %s\n", t.name)
		}

		writeData(&b, html)
	}

	return part{b.Bytes(), t.failed, t.turned >= since}, err
}

// draw returns how the regions look. Whatever panics takes no other page along.
func (t *topic) draw(ctx context.Context, snapshot *monitor.Snapshot, now time.Time) (next []drawn, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			next, err = nil, fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()

	next = make([]drawn, len(t.regions))

	for i, r := range t.regions {
		component, err := r.Draw(ctx, snapshot, now)
		if err != nil {
			return nil, err
		}

		html, err := push(ctx, shell.Push(r.Element, component))
		if err != nil {
			return nil, err
		}

		var before *drawn
		if t.drawn != nil {
			before = &t.drawn[i]
		}

		if next[i], err = cut(ctx, r.Element, html, snapshot.Seq, before); err != nil {
			return nil, err
		}
	}

	return next, nil
}

var (
	timeText = regexp.MustCompile(`(<time [^>]*data-time="[^>]*>)[^<]*</time>`)
	polled   = regexp.MustCompile(`<time [^>]*(data-time="[^"]*" data-polled>)`)
)

// withoutTimes leaves out how times read, which differs with every second: assets/js/clock.js
// writes that, in the zone of its user, from when they are. That of the last poll, which differs
// with every snapshot, it has from the beats.
func withoutTimes(html []byte) []byte {
	return polled.ReplaceAll(timeText.ReplaceAll(html, []byte("$1</time>")), []byte(`<time title=" " $1`))
}

// writeData ends a server-sent event with its data. What HTML cannot hold becomes what a
// browser makes of it: so there is no NUL in a stream.
func writeData(b *bytes.Buffer, data []byte) {
	for line := range bytes.Lines(bytes.ReplaceAll(data, []byte{0}, []byte("\uFFFD"))) {
		b.WriteString("data: ")
		b.Write(bytes.TrimRight(line, "\r\n"))
		b.WriteByte('\n')
	}

	b.WriteByte('\n')
}
