package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Shell is the page of the region that every page has.
const Shell = "shell"

// pageParam is the parameter of the stream's address that names the pages which are followed.
const pageParam = "page"

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
	Views   []View
	Objects []Object
	// Drained is closed when browsers are to go on elsewhere; nil never is.
	Drained <-chan struct{}
	// Site is where browsers reach the console.
	Site   basepath.Site
	Now    func() time.Time
	Logger *slog.Logger
}

// Streams streams pages to browsers.
type Streams struct {
	config Config
	topics *topics
	open   atomic.Int64
}

// Open is how many browsers listen at this moment.
func (s *Streams) Open() int64 { return s.open.Load() }

// New returns the streams of the regions, views and objects.
func New(config Config) *Streams {
	return &Streams{
		config: config, topics: newTopics(config),
	}
}

const (
	// recheckEvery is the time between two looks whether who listens still may, and the most
	// between two signs of life.
	recheckEvery = 15 * time.Second
	// endedWithin is the time between two looks whether the session of a stream was ended.
	endedWithin = time.Second
	// readWithin is how long a reader may take for one message.
	readWithin = 20 * time.Second
)

// BeatEvery is the most time between two signs of life on a stream, give or take a tenth, where the
// control plane is polled in that interval.
func BeatEvery(interval time.Duration) time.Duration {
	return min(max(interval, time.Second), recheckEvery)
}

// Events streams what the pages named by ?page= show, and how old it is.
func (s *Streams) Events(p *web.Page) error {
	feed, err := s.join(p)
	if err != nil {
		return err
	}
	defer s.leave(p, feed)

	out := begin(p)

	if p.Request().Method == http.MethodHead {
		return nil
	}

	if err := out.begin(); err != nil || !s.follow(p, feed, out) {
		// The browser is gone; it will come again if it wants.
		return nil
	}

	return s.end(p, out)
}

// listener names whose streams share what one person may have. Who has a token has no session, and one name for all that it
// is used for.
func listener(p *web.Page) string { return cmp.Or(p.Who.SessionID, p.Who.Subject) }

func (s *Streams) join(p *web.Page) (*feed, error) {
	feed, err := s.topics.join(p.Ctx(), listener(p), p.QueryParams()[pageParam])
	if err == nil {
		s.open.Add(1)
	}

	return feed, err
}

func (s *Streams) leave(p *web.Page, f *feed) {
	s.open.Add(-1)
	s.topics.leave(listener(p), f)
}

func (s *Streams) end(p *web.Page, out *encoding) error {
	return errors.Join(p.WriteUntil(s.config.Now().Add(readWithin)), out.end())
}

// begin sends the header of a stream.
func begin(p *web.Page) *encoding {
	out := &encoding{w: p.Response()}
	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	header.Add("Vary", "Accept-Encoding")

	if announce.Accepts(p.Request(), "gzip") {
		header.Set(echo.HeaderContentEncoding, "gzip")

		out.gzip = true
	}

	p.Response().WriteHeader(http.StatusOK)

	return out
}

// follow sends what is new until the session is over, or the browser is to go elsewhere. It is false when the browser is gone.
func (s *Streams) follow(p *web.Page, feed *feed, out *encoding) bool {
	news, cancel := s.config.Monitor.Subscribe()

	// Where a poll comes in time, it is the sign of life.
	every := min(BeatEvery(s.config.Monitor.Interval())*11/10, recheckEvery)
	beats, rechecks, ends := time.NewTicker(every), time.NewTicker(recheckEvery), time.NewTicker(endedWithin)

	defer func() {
		cancel()
		beats.Stop()
		rechecks.Stop()
		ends.Stop()
	}()

	var next uint64 // the first snapshot that was not sent

	for {
		select {
		case <-p.Ctx().Done():
			return false
		case <-s.config.Drained:
			return true
		case <-rechecks.C:
			if !s.mayListen(p) {
				return true
			}

			continue
		case <-ends.C:
			if s.isOver(p) {
				return true
			}

			continue
		case <-beats.C:
		case <-news:
		}

		var err error
		if next, err = s.send(p, feed, out, next); err != nil {
			return false
		}

		beats.Reset(every)
	}
}

// mayListen reports whether who listens still may: a stream outlives no session and no role.
//
//go:noinline // nobody's identity stands on the stack of a stream meanwhile
func (s *Streams) mayListen(p *web.Page) bool {
	who, err := s.config.Recheck(p.Request())

	return err == nil && who.IsOps()
}

// isOver reports whether the session was ended.
func (s *Streams) isOver(p *web.Page) bool {
	if p.Who.SessionID == "" {
		return false
	}

	open, err := s.config.IsOpen(p.Ctx(), p.Who.SessionID)

	return err == nil && !open
}

// send sends what is new since the snapshot next, and a beat, and returns the next one.
func (s *Streams) send(p *web.Page, feed *feed, out *encoding, next uint64) (uint64, error) {
	snapshot, now := s.config.Monitor.Snapshot(), s.config.Now()

	// A browser that reads nothing any more must not hold on to this for good.
	if err := p.WriteUntil(now.Add(readWithin)); err != nil {
		return 0, err
	}

	var id string

	if snapshot.Seq >= next {
		m, err := feed.message(p.Ctx(), snapshot, now.UTC(), next, s.config.Logger)
		if err != nil {
			return 0, err
		}

		if err := out.message(m); err != nil {
			return 0, err
		}

		if len(m.plain) == 0 { // Nothing differs: the snapshot was seen all the same.
			id = fmt.Sprintf("id: %d\n", snapshot.Seq)
		}

		next = snapshot.Seq + 1
	}

	beat, err := event(shell.BeatEvent, s.config.Beat())
	if err != nil {
		return 0, err
	}

	if err := out.short(append([]byte(id), beat...)); err != nil {
		return 0, err
	}

	p.Response().Flush()

	return next, nil
}
