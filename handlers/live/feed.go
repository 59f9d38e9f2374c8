package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/segment"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// drawWithin is how long the drawing of a message may take. Streams that wait for it give no sign
// of life meanwhile, and browsers miss one after three times the time that [BeatEvery] promises.
const drawWithin = 3 * time.Second

// feed is what is sent alike to all streams of the same pages.
type feed struct {
	site   basepath.Site
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
	sum    segment.Known // of plain

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

	f.made++
	m := &message{number: f.made, segments: map[place][]byte{}}

	// Made for all: that the one who happened to come first leaves must not matter.
	parts := f.draw(context.WithoutCancel(ctx), snapshot, now, since, logger)

	var html []byte

	names, told := []string{}, since == 0

	for i, p := range parts {
		html = append(html, p.event...)
		told = told || p.turned

		if i > 0 && !p.failed { // The first is what every page has.
			names = append(names, f.topics[i].name)
		}
	}

	if len(html) > 0 {
		m.plain = fmt.Appendf(nil, "id: %d\n%s", snapshot.Seq, f.site.Links(html))
	}

	if told {
		pages, err := event(shell.PagesEvent, names)
		if err != nil {
			return nil, err
		}

		m.plain = append(m.plain, pages...)
	}

	m.sum = segment.SumOf(m.plain)
	f.messages[since] = m

	return m, nil
}

// draw draws all topics at the same time: one that hangs must not use up the time of others.
func (f *feed) draw(
	ctx context.Context, snapshot *monitor.Snapshot, now time.Time, since uint64, logger *slog.Logger,
) []part {
	ctx, cancel := context.WithTimeout(ctx, drawWithin)
	defer cancel()

	var all sync.WaitGroup

	parts := make([]part, len(f.topics))

	for i, t := range f.topics {
		all.Go(func() {
			var err error
			if parts[i], err = t.part(ctx, snapshot, now, since); err != nil && !errors.Is(err, ErrSnapshot) {
				logger.ErrorContext(ctx, "a live page could not be drawn", "page", t.name, "error", err)
			}
		})
	}

	all.Wait()

	return parts
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
