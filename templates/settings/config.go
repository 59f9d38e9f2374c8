package settings

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

func configPath(section ops.SectionName) string { return "/config/" + string(section) }

// Config is the page of one section of the configuration: what is set, the form that
// changes it, and its history. It serves every section alike.
type Config struct {
	// Freshness is that of what is set.
	shell.Freshness

	Section  ops.SectionName `json:"section"`
	Revision string          `json:"revision"`
	Current  ops.Values      `json:"current"`
	// History is newest first; HistoryTotal counts all of it.
	History      []changes.Change `json:"history"`
	HistoryTotal int              `json:"history_total"`

	Title string `json:"-"`
	// Fields are the section's, in its order.
	Fields []ops.Field `json:"-"`
	// SetBy and SetAt explain the values; "" and nil when the control plane does not tell.
	SetBy string     `json:"set_by,omitempty"`
	SetAt *time.Time `json:"set_at,omitempty"`
	// Open is the change whose outcome is not known yet: until it is, the form is shut.
	Open *changes.Change `json:"open,omitempty"`
	// Temporary are the changes of the section that have not ended yet, those that end first
	// leading; Outside are those from outside that nobody has decided about, newest first.
	Temporary []lease.Lease    `json:"temporary"`
	Outside   []changes.Change `json:"outside"`
	// Scheduled are the changes of the section that are to be made at a time, the first one first.
	Scheduled []scheduled.Change `json:"scheduled"`
	// Asked are the changes of the section that wait for another operator, oldest first.
	Asked []approvals.Approval `json:"approvals,omitempty"`
	// Restore is the newest change whose earlier values differ from what is set now.
	Restore *changes.Change `json:"-"`
	Form    Form            `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Form is the fields of a section as they were typed. GET /config/{section}/review takes
// them to the review.
type Form struct {
	Section  ops.SectionName
	Revision string
	Fields   []FormField
	// Problem says what is wrong with the form as a whole; "" when nothing is.
	Problem string
	// Way leads to what is in the way, if something is.
	Way      components.Link
	Snippets []components.Snippet
	// Kept is what was typed into the review already, to be sent along to the next one.
	Kept []TypedField
	// Shut closes the form: what is set now could not be read. Again is the address of the page
	// that has it open once it could be.
	Shut  bool
	Again string
}

// FormField is one field of a form.
type FormField struct {
	ops.Field

	// Typed is the text in the field, whatever it is; "" is no expiry for a duration.
	Typed string
	// Current is what is set now.
	Current any
	// Error stands beside the field.
	Error string
}

// Review shows what a change would do, and asks why. It is the last page before the
// change; its form posts to Action.
type Review struct {
	Section  ops.SectionName `json:"section"`
	Title    string          `json:"-"`
	Revision string          `json:"revision"`
	// Values are all fields as they would be; Differences those that would change.
	Values      ops.Values       `json:"values"`
	Differences []ops.Difference `json:"differences"`
	// Effects say what is known to follow, worst first.
	Effects []components.Line `json:"effects"`

	// Restores is the change whose earlier values come back, nil when these were typed.
	// Since are the changes of the section that came after it, newest first.
	Restores *changes.Change  `json:"restores,omitempty"`
	Since    []changes.Change `json:"since,omitempty"`
	// Choices are what a restore could bring back, of which Differences are what is chosen.
	Choices []components.Selectable `json:"-"`

	// Action is /config/{section} or /history/{id}/restore. Typed are the fields to send
	// along with reason and revision; none for a restore.
	Action string       `json:"-"`
	Typed  []TypedField `json:"-"`
	// Edit leads back to the form with the values in it.
	Edit        string `json:"-"`
	Reason      string `json:"-"`
	ReasonError string `json:"-"`
	// At says when it is to be applied; "" is now.
	At components.MomentInput `json:"-"`
	// Term says for how long; all "" is permanently. A restore may be temporary too.
	Term components.TermInput `json:"-"`
	// Confirm says why the environment's name has to be typed, "" when it has not;
	// Confirmed is what was typed.
	Confirm      string `json:"confirm,omitempty"`
	Confirmed    string `json:"-"`
	ConfirmError string `json:"-"`
	// Problem says why the change was refused, in a sentence; "" before it was tried.
	Problem string `json:"-"`
	// Way leads to what is in the way, if something is.
	Way       components.Link `json:"-"`
	RequestID string          `json:"-"`
	// Button names the consequence: "Lower the limit to 3".
	Button   string               `json:"-"`
	Snippets []components.Snippet `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// TypedField is a field as it was typed.
type TypedField struct {
	Name  string
	Value string
}

// Conflict is the answer to a change that was prepared against values that are no longer
// set: all three, field by field, and a form to go on from.
type Conflict struct {
	Error    ConflictError `json:"error"`
	Meta     ConflictMeta  `json:"meta"`
	Original ops.Values    `json:"original"`
	Theirs   ops.Values    `json:"theirs"`
	Yours    ops.Values    `json:"yours"`
	// Revision is that of theirs.
	Revision string `json:"revision"`

	Section ops.SectionName `json:"-"`
	Title   string          `json:"-"`
	Fields  []ops.Field     `json:"-"`
	// Changes are those that set what differs from the original, newest first; none when this
	// console does not know.
	Changes []changes.Change `json:"-"`
	// Form holds yours against the new revision. Where yours was a restore, Restore leads
	// to its review instead. Reason and all that was typed is kept.
	Form    Form   `json:"-"`
	Restore string `json:"-"`
	Reason  string `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// ConflictMeta is the rest of the envelope.
type ConflictMeta struct {
	RequestID string `json:"request_id"`
}

// ConflictError is the error in the contract's envelope.
type ConflictError struct {
	Code    ops.Code       `json:"code"`
	Message string         `json:"message"`
	Details map[string]any `json:"details"`
}

// The live regions: what the section holds, and its last changes.
const (
	ConfigNowRegion     = "live-set-now"
	ConfigHistoryRegion = "live-changes"
)
