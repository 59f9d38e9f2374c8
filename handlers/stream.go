package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/templates/shell"
)

// events streams what the page named by ?page= shows, and how old it is.
func (h *Handlers) events(p *page) error {
	names := []string{shellName}

	if name := p.QueryParam("page"); name != "" {
		if _, err := h.live.find(p.ctx(), name, h.Monitor.Snapshot().Seq); err != nil {
			return err
		}

		names = append(names, h.live.names(name)...)
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	p.Response().WriteHeader(http.StatusOK)

	if p.Request().Method == http.MethodHead {
		return nil
	}

	news, cancel := h.Monitor.Subscribe()
	defer cancel()

	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()

	var sent uint64

	for {
		select {
		case <-p.ctx().Done():
			return nil
		case <-ticker.C:
			// A stream outlives no session and no role.
			if who, err := h.Auth.Recheck(p.Request()); err != nil || !who.IsOps() {
				return nil
			}
		case <-news:
		}

		if err := h.stream(p, names, &sent); err != nil {
			// The browser is gone; it will come again if it wants.
			return nil
		}
	}
}

func (h *Handlers) stream(p *page, names []string, sent *uint64) error {
	snapshot := h.Monitor.Snapshot()

	// A browser that reads nothing any more must not hold on to this for good.
	if err := h.writeWithin(p, streamWithin); err != nil {
		return err
	}

	if snapshot.Seq != *sent || *sent == 0 {
		var message bytes.Buffer

		for _, name := range names {
			push, err := h.live.push(p.ctx(), name, snapshot)
			if err != nil {
				h.Logger.ErrorContext(p.ctx(), "a live region could not be drawn", "region", name, "error", err)

				continue
			}

			message.Write(push)
		}

		if err := sendEvent(p, "", strconv.FormatUint(snapshot.Seq, 10), message.String()); err != nil {
			return err
		}

		*sent = snapshot.Seq
	}

	beat, err := json.Marshal(h.beat())
	if err != nil {
		return err
	}

	if err := sendEvent(p, shell.BeatEvent, "", string(beat)); err != nil {
		return err
	}

	p.Response().Flush()

	return nil
}

// streamWithin is how long a reader of a stream may take for one message, exportWithin
// one of an export for a part of it.
const (
	streamWithin = 20 * time.Second
	exportWithin = time.Minute
)

// writeWithin gives the answer that long from now on.
func (h *Handlers) writeWithin(p *page, d time.Duration) error {
	err := http.NewResponseController(p.Response()).SetWriteDeadline(h.Now().Add(d))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}

	return err
}

// sendEvent writes one server-sent event: WHATWG HTML, section 9.2.6.
func sendEvent(p *page, event, id, data string) error {
	var b strings.Builder
	if event != "" {
		fmt.Fprintf(&b, "event: %s\n", event)
	}

	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}

	for line := range strings.Lines(data) {
		fmt.Fprintf(&b, "data: %s\n", strings.TrimRight(line, "\r\n"))
	}

	b.WriteString("\n")
	_, err := p.Response().Write([]byte(b.String()))

	return err
}
