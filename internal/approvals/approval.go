package approvals

import (
	"encoding/json"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// Lifetime is how long something is waiting for another operator.
const Lifetime = 24 * time.Hour

// BannerFor is how long every page tells that something was done without one.
const BannerFor = 24 * time.Hour

// State is how far a request is.
type State string

// The states. All but waiting are final.
const (
	Waiting     State = "waiting"
	Approved    State = "approved"
	Rejected    State = "rejected"
	BrokenGlass State = "broken_glass"
	Expired     State = "expired"
	Void        State = "void"
)

// States lists them all.
func States() []State { return []State{Waiting, Approved, Rejected, BrokenGlass, Expired, Void} }

// Person is somebody as the identity provider knows them: issuer and subject say who it is,
// whatever they are called.
type Person struct {
	Username string `json:"username"`
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
}

// Is reports whether both are the same person.
func (p Person) Is(other Person) bool { return p.Issuer == other.Issuer && p.Subject == other.Subject }

// Approval is something that was asked for, and what became of it.
type Approval struct {
	ID    int64 `json:"id"`
	State State `json:"state"`
	// Action and Object are those of the audit log; Before and After are what its entry would have
	// said, null when there is none.
	Action  audit.Action    `json:"action"`
	Object  string          `json:"object"`
	Before  json.RawMessage `json:"before"`
	After   json.RawMessage `json:"after"`
	Message string          `json:"message"`

	Reason      string    `json:"reason"`
	RequestedBy Person    `json:"requested_by"`
	RequestedAt time.Time `json:"requested_at"`
	ExpiresAt   time.Time `json:"expires_at"`

	// DecidedBy is null while nobody has decided; it is who withdrew it, too.
	DecidedBy      *Person    `json:"decided_by"`
	DecidedAt      *time.Time `json:"decided_at"`
	DecisionReason string     `json:"decision_reason"`
	// Note says in a sentence why it is void, or cannot be approved for the time being.
	Note string `json:"note"`

	// Intent is the entry of the audit log with which it was begun, null of what was not, Outcome
	// how that ended: done, failed, refused, unknown, or "" while it is under way.
	Intent  *int64        `json:"intent"`
	Outcome audit.Outcome `json:"outcome"`
	// Change is the change of the configuration that it came to.
	Change *int64 `json:"change"`

	request  Request
	stand    string
	decision string
}

// unvouched reports whether nobody vouches for who asked: [NotVouched].
func (a Approval) unvouched() bool { return a.State == Waiting && a.Note != "" }

// Title says what is asked for.
func (a Approval) Title() string { return action.Title(string(a.Action)) }

// Said says what is asked for, and what it is done to.
func (a Approval) Said() string { return action.Said(string(a.Action), a.Object) }

// Open reports whether somebody can still decide about it.
func (a Approval) Open(now time.Time) bool { return a.State == Waiting && now.Before(a.ExpiresAt) }

// Request is the request that was sent, to be sent again word by word.
func (a Approval) Request() Request { return a.request }

// Request is a request as it was reviewed.
type Request struct {
	Method string `json:"method"`
	// Path has the query.
	Path string `json:"path"`
	// Kind is the media type of Body.
	Kind string `json:"kind"`
	Body string `json:"body"`
	// Zone is the one in which times were typed.
	Zone string `json:"zone"`
	// ByProgram says that JSON was asked for.
	ByProgram bool `json:"by_program"`
}

// HeldError is the error of an act that has to wait for another operator; nothing was done. Entry is
// what the audit log would have said.
type HeldError struct{ Entry audit.Entry }

func (h *HeldError) Error() string {
	return "it is waiting for another operator: " + action.Said(string(h.Entry.Action), h.Entry.Object)
}
