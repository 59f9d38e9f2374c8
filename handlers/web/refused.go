package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Wrong is what is wrong with a form, in sentences.
type Wrong struct {
	// Fields stand beside their field, by its name.
	Fields map[string]string
	// Problem stands above the form, "" when all of it stands beside fields.
	Problem string
	// Way leads from the problem to what is in the way; it has no address when nothing is.
	Way components.Link
}

// Has returns what [Sort] needs of a form that has those fields.
func Has(fields ...string) func(name string) bool {
	return func(name string) bool { return slices.Contains(fields, name) }
}

// Sort sorts what is wrong, if anything is: what the form has a field for stands beside it,
// the rest above the form.
func Sort(cause error, has func(field string) bool) Wrong {
	wrong := Wrong{Fields: map[string]string{}}
	if cause == nil {
		return wrong
	}

	fields := ops.FieldErrors(cause)
	if len(fields) == 0 {
		e := ops.AsError(cause)
		wrong.Problem, wrong.Way = Sentences(e.Message), Way(e.Details)
	}

	for _, f := range fields {
		name := strings.TrimPrefix(f.Field, "body.")

		switch {
		case !has(name):
			wrong.Problem = Sentences(wrong.Problem, f.Sentence())
		case wrong.Fields[name] == "":
			wrong.Fields[name] = Sentences(f.Message)
		}
	}

	return wrong
}

// Way leads to what is in the way of whoever met with an error of these details; without an
// address when they name none. A control plane elsewhere can say what it likes: only pages of
// this console are led to.
func Way(details map[string]any) components.Link {
	address, _ := details["url"].(string)
	if auth.LocalPath(address) != address {
		return components.Link{}
	}

	if details["state"] == string(lease.Held) {
		return components.Link{URL: address, Text: "Decide about it"}
	}

	return components.Link{URL: address, Text: "See what is in the way"}
}

// messages are what is wrong with each field, to stand behind one another.
func messages(e *ops.Error) []string {
	var out []string

	for _, f := range ops.FieldErrors(e) {
		out = append(out, f.Sentence())
	}

	return out
}

// Refused decides how a form is answered that was refused: data, and what nobody foresaw, with
// the error; a page with the form again, which show draws under the status with what is wrong.
func (p *Page) Refused(cause error, has func(field string) bool, show func(status int, wrong Wrong) error) error {
	_, e := Classify(cause)
	if p.WantsJSON() || e.Code == ops.CodeInternal {
		return cause
	}

	p.retryAfter(e)

	return show(e.Code.HTTPStatus(), Sort(e, has))
}

// OnlyToast reports whether the error is told in a notice above a page that stays as it is:
// htmx asked, and nothing is wrong with what was typed.
func (p *Page) OnlyToast(e *ops.Error) bool {
	return p.WantsFragment() && e.Code.HTTPStatus() >= http.StatusInternalServerError
}

// retryAfter tells a program when to try again: RFC 9110, section 10.2.3.
func (p *Page) retryAfter(e *ops.Error) {
	if wait := Wait(e); wait > 0 {
		p.Response().Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
}

// Wait is how long a RATE_LIMIT_EXCEEDED asks to wait, an hour at most; 0 when it does not say.
func Wait(err error) time.Duration {
	wait, _ := ops.RetryAfter(err)

	return max(0, min(wait, time.Hour))
}
