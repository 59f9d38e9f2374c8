package live

import (
	"bytes"
	"context"
	"fmt"
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
	// seq is the snapshot of which drawn, a part a region, was drawn; drawn is nil before.
	seq   uint64
	drawn []drawn
}

// drawn is how a region was drawn, and since which snapshot it has been like that.
type drawn struct {
	html  []byte
	since uint64
}

// write writes the regions that differ since the snapshot, as one server-sent event. The field
// page names the topic, which browsers' own readers of events ignore: WHATWG HTML, section 9.2.6.
func (t *topic) write(ctx context.Context, b *bytes.Buffer, snapshot *monitor.Snapshot, now time.Time, since uint64) error {
	t.mu.Lock()
	defer t.mu.Unlock()

	if t.drawn == nil || t.seq < snapshot.Seq {
		if err := t.draw(ctx, snapshot, now); err != nil {
			t.drawn = nil // Whoever comes next gets all of it.

			return fmt.Errorf("draw %s: %w", t.name, err)
		}
	}

	var html []byte

	for _, d := range t.drawn {
		if d.since >= since {
			html = append(html, d.html...)
		}
	}

	switch {
	case len(html) == 0:
		return nil
	case t.name != Shell:
		fmt.Fprintf(b, "page: %s\n", t.name)
	}

	writeData(b, html)

	return nil
}

func (t *topic) draw(ctx context.Context, snapshot *monitor.Snapshot, now time.Time) error {
	next := make([]drawn, len(t.regions))

	for i, r := range t.regions {
		component, err := r.Draw(ctx, snapshot, now)
		if err != nil {
			return err
		}

		var b bytes.Buffer
		if err := shell.Push(r.Element, component).Render(ctx, &b); err != nil {
			return err
		}

		if next[i] = (drawn{b.Bytes(), snapshot.Seq}); t.drawn != nil && bytes.Equal(next[i].html, t.drawn[i].html) {
			next[i] = t.drawn[i]
		}
	}

	t.seq, t.drawn = snapshot.Seq, next

	return nil
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
