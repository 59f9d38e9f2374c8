package announce

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// Windows is what [Feeds] read; [maintenance.Windows] is one.
type Windows interface {
	// Published returns the windows that users are told of.
	Published(ctx context.Context) ([]maintenance.Window, error)
	// PublishedEvents returns all events of those windows, oldest first.
	PublishedEvents(ctx context.Context) ([]maintenance.Event, error)
	// Version grows whenever that may have changed, but for the passing of time.
	Version(ctx context.Context) (int64, error)
}

// Config is what [Feeds] work with.
type Config struct {
	Windows Windows
	// Health is the platform's state as the console knows it; "" when it does not. It is
	// asked with every request and must be quick.
	Health func() ops.HealthStatus
	// Zone is whose days users are told of, where they are told how components answered.
	Zone *time.Location
	// Name is what the platform is called.
	Name string
	// PublicURL is where the console is reached.
	PublicURL *url.URL
	// Origins may read JSON and banner from other sites: https://portal.example.com.
	Origins []string
	// Page draws the page that people look at; nil is none.
	Page func(ctx context.Context, v Announcements) ([]byte, error)
	// Private says that only those who are signed in get here: no shared cache may keep
	// what they see.
	Private bool
	// MaxWait is how long a request waits for news when there is a state already; 0 is
	// 250 ms.
	MaxWait time.Duration
	Now     func() time.Time
	Logger  *slog.Logger
}

// Feeds serves the announcements.
type Feeds struct {
	Config

	source Source
	banner document

	state    atomic.Pointer[state]
	lookups  singleflight.Group
	observed atomic.Pointer[Observed]
}

// New returns the feeds. The page of the announcements is /announcements below the
// public URL.
func New(c Config) *Feeds {
	banner := newDocument("text/javascript; charset=utf-8", bannerScript)
	banner.modified = c.Now()

	return &Feeds{Config: c, source: Source{Name: c.Name, Page: c.PublicURL.JoinPath("announcements")}, banner: banner}
}

// Observe has users be told how components answered; without it they are told nothing of components.
func (f *Feeds) Observe(seen Observed) {
	if last := f.observed.Load(); last == nil || !last.At.Equal(seen.At) {
		f.observed.Store(&seen)
	}
}

// View returns what users are told now. It fails only when the windows could never be
// read.
func (f *Feeds) View(ctx context.Context) (Announcements, error) {
	s, err := f.current(ctx)
	if err != nil {
		return Announcements{}, err
	}

	view := s.view
	view.Now = f.Now()

	return view, nil
}

// state is what is told, rendered, and what it was made of.
type state struct {
	changing

	windows []maintenance.Window
	events  []maintenance.Event
	version int64
	// checkedAt is when the version was last asked for, changesAt when the clock alone
	// changes the state.
	checkedAt time.Time
	changesAt time.Time

	view      Announcements
	documents map[string]document
}

// changing is what is told beside windows, as it was when it was told.
type changing struct {
	health   ops.HealthStatus
	observed *Observed
}

func (f *Feeds) changing() changing { return changing{health: f.Health(), observed: f.observed.Load()} }

const (
	// checkEvery is how old a state may be before the version is asked for.
	checkEvery = time.Second
	// defaultMaxWait is how long a request waits for it unless it is configured.
	defaultMaxWait = 250 * time.Millisecond
	// checkTimeout is how long it may take.
	checkTimeout = 3 * time.Second
)

// current returns the state of now. All who ask meanwhile share one lookup.
func (f *Feeds) current(ctx context.Context) (*state, error) {
	last := f.state.Load()
	if last != nil && last.fresh(f.Now(), f.changing()) {
		return last, nil
	}

	lookup := f.lookups.DoChan("", func() (any, error) {
		// Whoever asked first may leave before the others have their answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
		defer cancel()

		last := f.state.Load()
		if last != nil && last.fresh(f.Now(), f.changing()) {
			return last, nil // the lookup before this one has just ended
		}

		s, err := f.next(ctx, last)
		if err == nil {
			f.state.Store(s)
		}

		return s, err
	})

	var timeout <-chan time.Time
	if last != nil {
		timeout = time.After(cmp.Or(f.MaxWait, defaultMaxWait))
	}

	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timeout:
		return last, nil
	case result := <-lookup:
		if result.Err != nil {
			return nil, result.Err
		}

		return result.Val.(*state), nil //nolint:forcetypeassert // it is stored above
	}
}

// fresh reports whether nobody has to look again. A clock that was set back makes
// nothing fresh.
func (s *state) fresh(now time.Time, told changing) bool {
	return now.Sub(s.checkedAt).Abs() < checkEvery && now.Before(s.changesAt) && s.changing == told
}

// current reports whether the state is still what is to be said.
func (s *state) current(version int64, told changing, now time.Time) bool {
	return !s.view.Stale && s.version == version && s.changing == told && now.Before(s.changesAt)
}

// next is the state that follows last, which is nil at first.
func (f *Feeds) next(ctx context.Context, last *state) (*state, error) {
	now, told := f.Now(), f.changing()

	version, err := f.Windows.Version(ctx)
	if err == nil && last != nil && last.current(version, told, now) {
		same := *last
		same.checkedAt = now

		return &same, nil
	}

	// The version was read before the windows: a change in between is seen again.
	var (
		windows []maintenance.Window
		events  []maintenance.Event
	)

	if err == nil {
		windows, err = f.Windows.Published(ctx)
	}

	if err == nil {
		events, err = f.Windows.PublishedEvents(ctx)
	}

	stale := err != nil

	if stale {
		if last == nil {
			return nil, err
		}

		if !last.view.Stale {
			f.Logger.ErrorContext(ctx, "the maintenance windows cannot be read; the announcements are stale", slog.Any("error", err))
		}

		windows, events, version = remembered(last.windows, now), last.events, last.version
	}

	s := &state{
		windows: windows, events: events, version: version, changing: told, checkedAt: now, changesAt: changesAt(windows, now),
		view: View(windows, events, told.health, now, f.source.Page),
	}
	s.view.Stale = stale
	s.view.Uptimes = UptimesOf(told.observed, windows, f.Zone)

	if s.documents, err = f.documents(ctx, s.view); err != nil {
		return nil, err
	}

	s.setModified(last)

	return s, nil
}

// remembered are windows as they are known once they cannot be read any more.
func remembered(windows []maintenance.Window, now time.Time) []maintenance.Window {
	out := make([]maintenance.Window, len(windows))
	for i, w := range windows {
		out[i] = w.Remembered(now)
	}

	return out
}

// setModified says since when each document is as it is.
func (s *state) setModified(last *state) {
	for name, d := range s.documents {
		d.modified = s.checkedAt
		if last != nil && last.documents[name].tag == d.tag {
			d.modified = last.documents[name].modified
		}

		s.documents[name] = d
	}
}
