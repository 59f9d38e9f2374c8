package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Shell is the page of the region that every page has.
const Shell = "shell"

// Config is what is streamed.
type Config struct {
	Monitor *monitor.Monitor
	// Recheck tells who listens, who may have signed out since.
	Recheck func(r *http.Request) (auth.Identity, error)
	// IsOpen reports whether a session was not ended, by whichever process.
	IsOpen func(ctx context.Context, sessionID string) (bool, error)
	// Beat is the sign of life that a stream gives.
	Beat    func() shell.Beat
	Regions []Region
	Objects []Object
	Now     func() time.Time
	Logger  *slog.Logger
}

// Streams streams pages to browsers.
type Streams struct {
	config Config
	pages  *pages
}

// New returns the streams of the regions and objects.
func New(config Config) *Streams {
	return &Streams{config: config, pages: newPages(config.Now, config.Regions, config.Objects)}
}

const (
	// beatEvery is the most time between two signs of life on a stream.
	beatEvery = 15 * time.Second
	// endedWithin is the time between two looks whether the session of a stream was ended.
	endedWithin = time.Second
	// readWithin is how long a reader may take for one message.
	readWithin = 20 * time.Second
)

// Events streams what the page named by ?page= shows, and how old it is.
func (s *Streams) Events(p *web.Page) error {
	names := []string{Shell}

	if name := p.QueryParam("page"); name != "" {
		if _, err := s.pages.find(p.Ctx(), name, s.config.Monitor.Snapshot().Seq); err != nil {
			return err
		}

		names = append(names, name)
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	p.Response().WriteHeader(http.StatusOK)

	if p.Request().Method == http.MethodHead {
		return nil
	}

	news, cancel := s.config.Monitor.Subscribe()
	defer cancel()

	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()

	ends := time.NewTicker(endedWithin)
	defer ends.Stop()

	var sent uint64

	for {
		select {
		case <-p.Ctx().Done():
			return nil
		case <-ticker.C:
			// A stream outlives no session and no role.
			if who, err := s.config.Recheck(p.Request()); err != nil || !who.IsOps() {
				return nil
			}
		case <-ends.C:
			if s.isOver(p) {
				return nil
			}

			continue
		case <-news:
		}

		if err := s.send(p, names, &sent); err != nil {
			// The browser is gone; it will come again if it wants.
			return nil
		}
	}
}

// isOver reports whether the session was ended.
func (s *Streams) isOver(p *web.Page) bool {
	if p.Who.SessionID == "" {
		return false
	}

	open, err := s.config.IsOpen(p.Ctx(), p.Who.SessionID)

	return err == nil && !open
}

// send sends the pages if there is a newer snapshot than the one that was sent, and a beat.
func (s *Streams) send(p *web.Page, names []string, sent *uint64) error {
	snapshot := s.config.Monitor.Snapshot()

	// A browser that reads nothing any more must not hold on to this for good.
	if err := p.WriteUntil(s.config.Now().Add(readWithin)); err != nil {
		return err
	}

	if snapshot.Seq != *sent || *sent == 0 {
		var message bytes.Buffer

		for _, name := range names {
			push, err := s.pages.pushOf(p.Ctx(), name, snapshot)
			if err != nil {
				s.config.Logger.ErrorContext(p.Ctx(), "a live region could not be drawn", "region", name, "error", err)

				continue
			}

			message.Write(push)
		}

		if err := sendEvent(p, "", strconv.FormatUint(snapshot.Seq, 10), message.String()); err != nil {
			return err
		}

		*sent = snapshot.Seq
	}

	beat, err := json.Marshal(s.config.Beat())
	if err != nil {
		return err
	}

	if err := sendEvent(p, shell.BeatEvent, "", string(beat)); err != nil {
		return err
	}

	p.Response().Flush()

	return nil
}

// sendEvent writes one server-sent event: WHATWG HTML, section 9.2.6.
func sendEvent(p *web.Page, event, id, data string) error {
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
