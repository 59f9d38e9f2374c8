package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Page is a request and who sent it.
type Page struct {
	echo.Context

	// Who sent it: the zero Identity where nobody was identified.
	Who auth.Identity
	// Now is when it came, in UTC, by the clock alone: ages go on while the machine sleeps.
	Now time.Time

	// place is where the console is, unchanged set when the answer says that the browser has it already.
	place     *Place
	unchanged bool

	// identified is set once it was tried to find out who asks, identifyErr why that failed.
	identified  bool
	identifyErr error
	// audited is set once the audit log has an entry of this request.
	audited atomic.Bool
	// newest is the number of the newest one, 0 for none.
	newest atomic.Int64
	// address is what was asked for, once somebody has asked for it.
	address string
	// said is room for what nearly every answer's header says.
	said [4]string
	// until is how long the answer may wait for the control plane, zero before it first does.
	until time.Time
	// preview is set when the request only looks ahead, whatever its method.
	preview bool
	// fields are those that were sent, once they were read.
	fields *Fields
	// body is what they stood in, bodyErr why it cannot be read, once somebody tried.
	body    []byte
	bodyErr error
	read    sync.Once
	// claim is the key under which the request acts, nil for none, and answer what it came to,
	// nil where that can be said better later.
	claim  *idempotency.Claim
	answer *idempotency.Answer
	// anew is set when the answer is not to be kept.
	anew bool
	// keepFor keeps a page that was drawn for all who ask for the same, nil where nobody wants that.
	keepFor func(d *Drawn)
	// own is set once the answer depends on more of its viewer than fills gaps, zoned once it does
	// on the zone in which they read times.
	own, zoned bool
	// gate stands before what the request does, nil for none.
	gate audit.Gate
	// asker is in whose name it is done, nil where that is who sent it. What they sent is told in
	// JSON, whatever they sent it from.
	asker *Asker
}

// Asker is who asked for what somebody else carries out.
type Asker struct {
	Username string
	Identity audit.Identity
	// ByProgram says that they asked for JSON.
	ByProgram bool
}

// Frame is what surrounds the pages.
type Frame interface {
	// Shell surrounds the page; id is its entry in the navigation.
	Shell(p *Page, id, title string) shell.Shell
}

// PageOf is the request's page, the same one from its first handler to its error; one that did not
// arrive at a [Place] is a new one.
func PageOf(c echo.Context, now func() time.Time) *Page {
	if p, ok := c.(*Page); ok {
		return p
	}

	return &Page{Context: c, Now: now().UTC().Round(0), place: &Place{}}
}

// Identify finds out who asks, once: what failed is not tried again.
//
//go:noinline // what it is told would stand on the stack of each stream
func (p *Page) Identify(identify func(*http.Request) (auth.Identity, error)) error {
	if !p.identified {
		p.identified = true
		p.Who, p.identifyErr = identify(p.Request())
	}

	return p.identifyErr
}

// UserHeader names, percent-encoded, for whom the page was drawn that a request of its script
// comes from.
const UserHeader = "Opsconsole-User"

// CheckUser refuses what comes from a page of somebody else than who is signed in by now: in
// one browser all tabs have one session, and what one person typed is not sent as another.
//
//go:noinline // as above
func (p *Page) CheckUser() error {
	drawnFor := p.header(UserHeader)
	if name, err := url.PathUnescape(drawnFor); drawnFor == "" || err == nil && name == p.Who.Username {
		return nil
	}

	return echo.NewHTTPError(http.StatusPreconditionFailed)
}

// Ctx is the request's context.
func (p *Page) Ctx() context.Context { return p.Request().Context() }

// Actor is who asks, as the audit log keeps it.
func (p *Page) Actor() audit.Actor {
	actor := audit.Actor{
		Username: p.Who.Username, Role: string(p.Who.Role), RemoteAddr: p.RealIP(), RequestID: p.RequestID(),
		Audited: &p.audited, Newest: &p.newest,
		Identity: audit.Identity{Issuer: p.Who.Issuer, Subject: p.Who.Subject}, Claim: p.claim, Gate: p.gate,
	}
	if p.asker != nil {
		actor.Username, actor.Identity = p.asker.Username, p.asker.Identity
	}

	return actor
}

// Guard puts a gate before what the request does.
func (p *Page) Guard(gate audit.Gate) { p.gate = gate }

// CarryOut has the request done in the name of who asked for it, as whoever sends it now is known to
// the control plane, and behind a gate.
func (p *Page) CarryOut(who auth.Identity, asker Asker, gate audit.Gate) {
	p.Who, p.identified, p.asker, p.gate = who, true, &asker, gate
}

// ByProgram reports whether JSON was asked for, by whoever asked for what is done.
func (p *Page) ByProgram() bool {
	if p.asker != nil {
		return p.asker.ByProgram
	}

	return p.WantsJSON()
}

// Audited reports whether the audit log has an entry of this request.
func (p *Page) Audited() bool { return p.audited.Load() }

// Entry is what the audit log says of an act on the object in the path.
func (p *Page) Entry(action audit.Action, object, reason string) audit.Entry {
	return audit.Entry{Action: action, Object: object + "/" + ops.Clip(p.Param("id")), Reason: reason}
}

// Name gives the request its id.
func (p *Page) Name(id string) {
	p.said[0] = id
	p.Response().Header()[echo.HeaderXRequestID] = p.said[:1:1]
}

// RequestID names the request in logs, in answers and to whoever helps.
func (p *Page) RequestID() string {
	return p.Response().Header().Get(echo.HeaderXRequestID)
}

// Service is the control plane as the user sees it. A page that only looks waits for it no longer
// than its patience, from the first call on: it says what is known without it.
func (p *Page) Service(platform ops.Platform) ops.Service {
	service := platform.As(p.Who.Caller())
	if p.isPatient() {
		return service
	}

	return impatient{Service: service, until: p.patientUntil()}
}

// patientUntil is when the patience ends that begins with the first call.
func (p *Page) patientUntil() time.Time {
	if p.until.IsZero() {
		ctx, cancel := context.WithTimeout(p.Ctx(), patience)
		p.until, _ = ctx.Deadline()

		cancel()
	}

	return p.until
}

// PreviewParam asks only what an act would come to.
const PreviewParam = "preview"

// AsksPreview reports whether the request asks only what an act would come to. It is for an act
// that can be previewed: any other is none the less for what stands in its address.
func (p *Page) AsksPreview() bool {
	p.preview = p.QueryParam(PreviewParam) == "1"

	return p.preview
}

// LookAhead marks a request that does nothing, whatever its method.
func (p *Page) LookAhead() { p.preview = true }

// LooksAhead reports whether the request is marked, or asked for a preview of its act.
func (p *Page) LooksAhead() bool { return p.preview }

// ID is the number in the path, of a kind of thing.
func (p *Page) ID(kind string) (int64, error) { return ParseID(kind, p.Param("id")) }

// ParseID reads the number of a kind of thing; no number is one of nothing there is.
func ParseID(kind, text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, ops.NotFound(kind, ops.Clip(text))
	}

	return id, nil
}

// header is the first line of a header of the request, by its name as net/http has it.
func (p *Page) header(name string) string {
	if lines := p.Request().Header[name]; len(lines) > 0 {
		return lines[0]
	}

	return ""
}

// IsRead reports whether the request changes nothing.
func (p *Page) IsRead() bool {
	return p.Request().Method == http.MethodGet || p.Request().Method == http.MethodHead
}
