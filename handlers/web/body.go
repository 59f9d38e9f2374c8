package web

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Fields reads what was sent, a form or one JSON object.
func (p *Page) Fields() (*Fields, error) {
	body, err := p.Body()
	if err != nil {
		return nil, err
	}

	f := &Fields{taken: map[string]bool{}}
	p.fields = f

	if p.sentJSON() {
		f.object, err = readObject(body)
	} else {
		err = f.readForm(body)
	}

	return f, err
}

// Tried is the reason that was sent for an act, and why [Fields.Done] refused it; both are
// zero where no fields were read.
func (p *Page) Tried() (reason string, refusal error) {
	if p.fields == nil {
		return "", nil
	}

	return p.fields.Text("reason"), p.fields.refusal
}

// QueryFields reads the address as if it were a form: so a form is filled, or looked ahead to.
func (p *Page) QueryFields() (*Fields, error) {
	return &Fields{form: p.QueryParams(), taken: map[string]bool{}}, checkUTF8(p.QueryParams())
}

// Body is what was sent, a form or JSON.
func (p *Page) Body() ([]byte, error) {
	p.read.Do(func() { p.body, p.bodyErr = p.readBody() })

	return p.body, p.bodyErr
}

func (p *Page) readBody() ([]byte, error) {
	body, err := io.ReadAll(p.Request().Body)

	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, echo.ErrStatusRequestEntityTooLarge
	}

	if err != nil {
		return nil, badBody(err)
	}

	switch {
	case len(body) == 0 || p.sentJSON():
		return body, nil
	case p.sentKind() != echo.MIMEApplicationForm:
		return nil, badKind("must be " + echo.MIMEApplicationForm + " or " + echo.MIMEApplicationJSON)
	// No form begins so. Read as one, the whole text would be the name of a field, and what is
	// secret in it would stand in the refusal and in the log.
	case strings.IndexAny(strings.TrimSpace(string(body)), "{[") == 0:
		return nil, badKind("must be " + echo.MIMEApplicationJSON + " for JSON")
	default:
		return body, nil
	}
}

func badKind(message string) error {
	return ops.Invalid([]ops.FieldError{{Field: "header.content-type", Message: message, Type: "content_type"}})
}

// badBody refuses a body that cannot be read at all.
func badBody(cause error) error {
	return ops.AsError(ops.Invalid([]ops.FieldError{{
		Field: "body", Message: "The body could not be read: send a form or one JSON object, in UTF-8.", Type: "body",
	}})).Because(cause)
}

// readForm reads a form and names the fields that are not text; of those it keeps what
// can be shown again.
func (f *Fields) readForm(body []byte) (err error) {
	f.form, err = url.ParseQuery(string(body))
	if err != nil {
		return badBody(err)
	}

	for _, name := range f.names() {
		for i, value := range f.form[name] {
			if utf8.ValidString(name) && !utf8.ValidString(value) {
				f.form[name][i] = strings.ToValidUTF8(value, "\uFFFD")

				f.Refuse(name, "string_unicode", "is not text in UTF-8")
			}
		}
	}

	f.form.Del(components.IdempotencyField) // it says nothing of what is asked for

	return checkUTF8(f.form)
}

// checkUTF8 refuses a form that is not text.
func checkUTF8(form url.Values) error {
	for name, values := range form {
		if !utf8.ValidString(name) || slices.ContainsFunc(values, func(s string) bool { return !utf8.ValidString(s) }) {
			return badBody(errors.New("a field is not UTF-8"))
		}
	}

	return nil
}
