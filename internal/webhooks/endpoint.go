package webhooks

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Kind says what an endpoint understands.
type Kind string

// The kinds: JSON that is signed as this console does, or as Standard Webhooks say, and the
// messages of two chats.
const (
	Generic  Kind = "generic"
	Standard Kind = "standard"
	Slack    Kind = "slack"
	Teams    Kind = "teams"
)

// Kinds lists them all, for forms.
func Kinds() []Kind { return []Kind{Generic, Standard, Slack, Teams} }

// Signed reports whether what is sent to endpoints of the kind is signed with a secret.
func (k Kind) Signed() bool { return k == Generic || k == Standard }

// TestEvent is the event of what the test button sends.
const TestEvent maintenance.EventKind = "test"

// Events lists what an endpoint can be told of windows.
func Events() []maintenance.EventKind { return maintenance.EventKinds() }

// Endpoint is where subscribers are told. Its address and secret stay in the database:
// neither JSON nor the log has them.
type Endpoint struct {
	ID       int64  `json:"id"`
	Revision int64  `json:"revision"`
	Name     string `json:"name"`
	Kind     Kind   `json:"kind"`
	// Address is where it leads, without what others must not know: the path of a chat's
	// webhook and the query of any.
	Address string `json:"address"`
	// Events are those that it is told; none means all.
	Events    []maintenance.EventKind `json:"events"`
	Enabled   bool                    `json:"enabled"`
	CreatedBy string                  `json:"created_by"`
	CreatedAt time.Time               `json:"created_at"`
	UpdatedAt time.Time               `json:"updated_at"`

	url       string
	secret    string
	deletedAt time.Time
}

const endpointTable = "opsconsole_webhooks"

// columns are those of the table but for the id.
func (e *Endpoint) columns() store.Columns {
	return store.Columns{
		{Name: "revision", Value: &e.Revision},
		{Name: "name", Value: &e.Name},
		{Name: "kind", Value: &e.Kind},
		{Name: "url", Value: &e.url},
		{Name: "secret", Value: &e.secret},
		{Name: "events_json", Value: store.JSON(&e.Events)},
		{Name: "enabled", Value: &e.Enabled},
		{Name: "created_by", Value: &e.CreatedBy},
		{Name: "created_at", Value: store.ZeroTime(&e.CreatedAt)},
		{Name: "updated_at", Value: store.ZeroTime(&e.UpdatedAt)},
		{Name: "deleted_at", Value: store.ZeroTime(&e.deletedAt)},
	}
}

func (e *Endpoint) columnsWithID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &e.ID}}, e.columns()...)
}

// Stands says where the endpoint stands, for those who saw an older revision.
func (e *Endpoint) Stands() string {
	text := "Now: " + e.Name + ", " + e.Address
	if !e.Enabled {
		text += ", off"
	}

	return text + "."
}

// wants reports whether the endpoint is told of the event.
func (e *Endpoint) wants(event maintenance.EventKind) bool {
	return len(e.Events) == 0 || slices.Contains(e.Events, event)
}

// setURL keeps the address and what may be shown of it.
func (e *Endpoint) setURL(raw string) {
	e.url, e.Address = raw, ""

	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return
	}

	path, query := u.EscapedPath(), ""

	if !e.Kind.Signed() && path != "" && path != "/" {
		path = "/…"
	}

	if u.RawQuery != "" {
		query = "?…"
	}

	e.Address = u.Scheme + "://" + u.Host + path + query
}

// auditTerms are what the audit log keeps of an endpoint.
func (e *Endpoint) auditTerms() (json.RawMessage, error) {
	return json.Marshal(map[string]any{
		"name": e.Name, "kind": e.Kind, "address": e.Address, "events": e.Events, "enabled": e.Enabled,
	})
}

// Draft is an endpoint that somebody wants to add.
type Draft struct {
	Name string
	Kind Kind
	URL  string
	// Events are those that it is told; none means all.
	Events  []maintenance.EventKind
	Enabled bool
	Reason  string
}

// Edit is a change to an endpoint. What is nil stays as it is; the kind does.
type Edit struct {
	// Revision is the one that the form was filled from; 0 takes the endpoint as it is.
	Revision int64

	Name    *string
	URL     *string
	Events  *[]maintenance.EventKind
	Enabled *bool
	Reason  string
}

// Act is what is done to an endpoint as a whole.
type Act struct {
	// Revision is the one that was seen; 0 takes the endpoint as it is.
	Revision int64
	Reason   string
}

// NameMax is how long an endpoint's name can be, in characters.
const NameMax = 100

// fieldErrors collects what is wrong with a form.
type fieldErrors []ops.FieldError

func (p *fieldErrors) add(field, kind, message string) {
	*p = append(*p, ops.FieldError{Field: "body." + field, Message: message, Type: kind})
}

func (p *fieldErrors) name(name string) {
	switch n := utf8.RuneCountInString(name); {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		p.add("name", "string", "contains characters that are not text")
	case !ops.Visible(name):
		p.add("name", "string_too_short", "Give it a name that identifies it in the delivery log.")
	case n > NameMax:
		p.add("name", "string_too_long", fmt.Sprintf("has %d characters, at most %d are allowed", n, NameMax))
	}
}

func (p *fieldErrors) url(c Config, raw string) {
	if _, err := c.CheckURL(raw); err != nil {
		p.add("url", "url", err.Error())
	}
}

// events returns the events in their order, each once.
func (p *fieldErrors) events(given []maintenance.EventKind) []maintenance.EventKind {
	kept := []maintenance.EventKind{}

	for _, event := range known() {
		if slices.Contains(given, event) {
			kept = append(kept, event)
		}
	}

	for _, event := range given {
		if !slices.Contains(kept, event) {
			p.add("events", "enum", fmt.Sprintf("%q is not an event; there are %s", ops.Clip(string(event)), joined(known())))
		}
	}

	return kept
}

// joined are values of a fixed list as they stand in a sentence.
func joined[T ~string](values []T) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}

	return strings.Join(out, ", ")
}
