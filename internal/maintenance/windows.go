package maintenance

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Config is what [Windows] work with.
type Config struct {
	DB      *store.DB
	Changes *changes.Changes
	Audit   *audit.Log
	// Now is the clock.
	Now    func() time.Time
	Logger *slog.Logger
	// Health reads the platform's health; nil asks the control plane.
	Health func(ctx context.Context, service ops.Service) (ops.Health, error)
	// AuthorStillOps says whether somebody who left a window behind still has the Ops role.
	AuthorStillOps func(ctx context.Context, username string) (bool, error)
	// Notify hears of every event; nil is nobody.
	Notify Notifier
}

// Windows keeps the windows.
type Windows struct {
	Config
}

// New returns the windows kept in the database.
func New(c Config) *Windows {
	if c.Health == nil {
		c.Health = func(ctx context.Context, service ops.Service) (ops.Health, error) { return service.GetClusterHealth(ctx) }
	}

	return &Windows{Config: c}
}

var errUnfinished = errors.New("not there yet")

// Preview checks a draft and says what announcing it would come to, and changes
// nothing. It does not look at reason and confirm; its errors are those of
// [Windows.Announce].
func (s *Windows) Preview(ctx context.Context, draft Draft) (Preview, error) {
	return Preview{}, errUnfinished
}

// Announce announces a window, and starts it when its time has come already. With a
// recurrence it announces a series and returns its first window. It returns
//   - a VALIDATION_FAILED for what cannot be meant,
//   - a CONFLICT when it overlaps another window, with details {window}, or a temporary
//     change of a field that it sets, with details {lease, field}.
func (s *Windows) Announce(ctx context.Context, service ops.Service, actor audit.Actor, draft Draft) (Window, error) {
	return Window{}, errUnfinished
}

// Get returns a window; RESOURCE_NOT_FOUND when there is none.
func (s *Windows) Get(ctx context.Context, id int64) (Window, error) { return Window{}, errUnfinished }

// Filter selects windows; what is zero does not restrict.
type Filter struct {
	Phases []Phase
	Series int64
	// Actor is who announced them.
	Actor string
	// Text is part of the title or the message, without regard to case.
	Text string
	// From and Until select the windows of which some part lies between.
	From, Until time.Time
	// Cursor is the Next of the page before.
	Cursor string
	// Limit is the most windows on a page; 0 means 50.
	Limit int
}

// Page is windows, the one that starts last first. Next is the Cursor of the next page,
// "" on the last one.
type Page struct {
	Items []Window
	Next  string
}

// List returns a page.
func (s *Windows) List(ctx context.Context, filter Filter) (Page, error) { return Page{}, errUnfinished }

// Open returns every window that is not over, the one that starts first leading.
func (s *Windows) Open(ctx context.Context) ([]Window, error) { return nil, errUnfinished }

// Published returns what users are told: every window that is not over, and those that
// ended, were missed or cancelled in the last 90 days; the one that starts first leads.
func (s *Windows) Published(ctx context.Context) ([]Window, error) { return nil, errUnfinished }

// Version grows whenever what [Windows.Published] returns may have changed, but for the
// passing of time.
func (s *Windows) Version(ctx context.Context) (int64, error) { return 0, errUnfinished }

// Overdue returns the windows to which something should have happened and has not yet.
func (s *Windows) Overdue(ctx context.Context) ([]Window, error) { return nil, errUnfinished }

// Events returns the events after that id, oldest first, at most limit.
func (s *Windows) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	return nil, errUnfinished
}

// EventsOf returns the events of a window, oldest first.
func (s *Windows) EventsOf(ctx context.Context, id int64) ([]Event, error) { return nil, errUnfinished }

// Update changes or moves a window that has not started, or it and those that follow in
// its series. Its errors are those of [Windows.Announce], and a CONFLICT with details
// {revision} when the window is no longer at the edit's revision.
func (s *Windows) Update(ctx context.Context, service ops.Service, actor audit.Actor, id int64, edit Edit) (Window, error) {
	return Window{}, errUnfinished
}

// Start starts an announced window now, in the actor's name. The window that it returns
// is active, or still announced and overdue with a note.
func (s *Windows) Start(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	return Window{}, errUnfinished
}

// End ends an active window now, as its time would: it is verified, and completed when
// the platform is healthy.
func (s *Windows) End(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	return Window{}, errUnfinished
}

// Extend moves the end of a window that is not being put back yet; one that is past its
// end becomes active again. Its errors are those of [Windows.Announce].
func (s *Windows) Extend(ctx context.Context, actor audit.Actor, id int64, act Act, endsAt time.Time) (Window, error) {
	return Window{}, errUnfinished
}

// Cancel cancels a window that has not started, or it and those that follow.
func (s *Windows) Cancel(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act, scope Scope,
) (Window, error) {
	return Window{}, errUnfinished
}

// Verify says that a window past its end is over although the platform is not healthy.
func (s *Windows) Verify(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	return Window{}, errUnfinished
}

// TakeOver lets a held window that has not started act in the actor's name, and with it
// the windows that follow in its series.
func (s *Windows) TakeOver(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	return Window{}, errUnfinished
}

// Settle decides about what a window is to put back and somebody else has changed: keep
// what is set now, or put it back all the same.
func (s *Windows) Settle(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act, keep bool,
) (Window, error) {
	return Window{}, errUnfinished
}

// ApplyBoundary does what is due of the window, as far as it gets. It does nothing when
// the window is at another revision or nothing is due; applying twice is the same as once.
func (s *Windows) ApplyBoundary(ctx context.Context, service ops.Service, id, revision int64) error {
	return errUnfinished
}

// Tick does every boundary that is due; what fails is tried again later. It is to be
// called every second, by every process.
func (s *Windows) Tick(ctx context.Context, service ops.Service) error { return errUnfinished }

// SaveTemplate keeps a template under a name of its own; one of that name is replaced.
func (s *Windows) SaveTemplate(ctx context.Context, actor audit.Actor, template Template, reason string) (Template, error) {
	return Template{}, errUnfinished
}

// Templates lists the templates by name.
func (s *Windows) Templates(ctx context.Context) ([]Template, error) { return nil, errUnfinished }

// Template returns one; RESOURCE_NOT_FOUND when there is none.
func (s *Windows) Template(ctx context.Context, id int64) (Template, error) {
	return Template{}, errUnfinished
}

// DeleteTemplate deletes one.
func (s *Windows) DeleteTemplate(ctx context.Context, actor audit.Actor, id int64, reason string) error {
	return errUnfinished
}
