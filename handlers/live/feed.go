package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// feed is what is sent alike to all streams of the same pages.
type feed struct {
	key    string
	topics []*topic
	// streams counts those that have it; [topics.mu] guards it.
	streams int

	mu sync.Mutex
	// messages are those of the snapshot seq, by the snapshot since which they tell.
	seq      uint64
	messages map[uint64]*message
	made     uint64
}

// message is what differs between two snapshots, empty when nothing does.
type message struct {
	// number counts the messages of the feed, from 1.
	number uint64
	plain  []byte

	mu sync.Mutex
	// segments are the message compressed, by what it stands behind.
	segments map[place][]byte
}

// message returns what differs since a snapshot, made once for all who need it: 0 for all.
func (f *feed) message(
	ctx context.Context, snapshot *monitor.Snapshot, now time.Time, since uint64, logger *slog.Logger,
) (*message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.seq != snapshot.Seq {
		f.seq = snapshot.Seq
		clear(f.messages)
	}

	if m, made := f.messages[since]; made {
		return m, nil
	}

	// Made for all: that the one who happened to come first leaves must not matter.
	ctx = context.WithoutCancel(ctx)

	var b bytes.Buffer

	for _, t := range f.topics {
		if err := t.write(ctx, &b, snapshot, now, since); err != nil {
			logger.ErrorContext(ctx, "a live page could not be drawn", "page", t.name, "error", err)
		}
	}

	f.made++
	m := &message{number: f.made, segments: map[place][]byte{}}

	if b.Len() > 0 {
		m.plain = fmt.Appendf(nil, "id: %d\n%s", snapshot.Seq, b.Bytes())
	}

	if since == 0 {
		pages, err := f.pages()
		if err != nil {
			return nil, err
		}

		m.plain = append(m.plain, pages...)
	}

	f.messages[since] = m

	return m, nil
}

// pages is the event that names the pages which are followed.
func (f *feed) pages() ([]byte, error) {
	names := make([]string, 0, len(f.topics))
	for _, t := range f.topics[1:] {
		names = append(names, t.name)
	}

	return event(shell.PagesEvent, names)
}

// event is a server-sent event with JSON.
func event(name string, value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}

	b := bytes.NewBufferString("event: " + name + "\n")
	writeData(b, data)

	return b.Bytes(), nil
}
