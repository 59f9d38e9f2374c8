package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

const (
	headerIdempotencyKey      = "Idempotency-Key"
	headerIdempotencyReplayed = "Idempotency-Replayed"

	idempotencyKeyMax = 255
)

// Claim claims the key that came with the request, if one did. It returns what was done
// under it before, nil when this request is to do it; its errors are those of
// [idempotency.Keys.Claim], and a VALIDATION_FAILED for what is no key.
func (p *Page) Claim(keys *idempotency.Keys) (*idempotency.Act, error) {
	key, err := p.idempotencyKey()
	if err != nil || key == "" {
		return nil, err
	}

	body, err := p.Body()
	if err != nil { // for whoever reads the fields to say
		return nil, nil //nolint:nilerr,nilnil // nothing was done
	}

	claim, act, err := keys.Claim(p.Ctx(), idempotency.Request{
		Person: p.Who.Subject, Method: p.Request().Method, Path: p.Request().URL.Path, Key: key, Kind: p.sentKind(), Body: body,
	})

	switch {
	case ops.AsError(err) != nil && ops.AsError(err).Code == ops.CodeIdempotencyInFlight:
		p.Response().Header().Set("Retry-After", "1")
	case act != nil:
		p.audited.Store(true) // the first time it was
		p.Response().Header().Set(headerIdempotencyReplayed, "true")
	}

	p.claim = claim

	return act, err
}

// Finish says that the request is over.
func (p *Page) Finish() error { return p.claim.Finish(p.Ctx(), p.answer) }

// Resend gives the answer once more.
func (p *Page) Resend(answer idempotency.Answer) error {
	if answer.Location != "" {
		p.Response().Header().Set("Location", answer.Location)
	}

	p.Response().Header().Set("Cache-Control", "no-store")

	return p.JSONBlob(answer.Status, answer.Body)
}

// TellSecret marks an answer with a secret: it is not kept, but made anew from where it is.
func (p *Page) TellSecret() { p.secret = true }

// keep keeps an answer to be given again, if it is final: no error of a moment, and nothing
// that is still to be settled.
func (p *Page) keep(status int, body []byte) {
	if !p.secret && status < http.StatusInternalServerError && status != http.StatusAccepted {
		p.answer = &idempotency.Answer{Status: status, Location: p.Response().Header().Get("Location"), Body: body}
	}
}

// idempotencyKey is the key that came in the header, else in the field of a form; "" is none.
func (p *Page) idempotencyKey() (string, error) {
	switch lines := p.Request().Header.Values(headerIdempotencyKey); {
	case len(lines) > 1:
		return "", badIdempotencyKey("is given twice")
	case len(lines) == 1:
		key, ok := parseKey(lines[0])
		if !ok {
			return "", badIdempotencyKey("must be a string of 1 to 255 printable ASCII characters, best in double quotes")
		}

		return key, nil
	case p.sentKind() != echo.MIMEApplicationForm:
		return "", nil
	}

	body, _ := p.Body()
	form, err := url.ParseQuery(string(body))

	if key := form.Get(components.IdempotencyField); err == nil && validKey(key) {
		return key, nil
	}

	return "", nil // what else is wrong is for whoever reads the fields to say
}

func badIdempotencyKey(message string) error {
	return ops.Invalid([]ops.FieldError{{Field: "header.idempotency-key", Message: message, Type: "idempotency_key"}})
}

// parseKey reads a string of RFC 9651, section 3.3.3, whose parameters mean nothing here, or
// the same without its quotes, as many write it.
func parseKey(text string) (key string, ok bool) {
	text = strings.Trim(text, " ")
	if !strings.HasPrefix(text, `"`) {
		return text, validKey(text)
	}

	var b strings.Builder

	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			rest := text[i+1:]

			return b.String(), validKey(b.String()) && (rest == "" || strings.HasPrefix(rest, ";"))
		case c == '\\' && i+1 < len(text) && strings.IndexByte(`"\`, text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		case c == '\\':
			return "", false
		default:
			b.WriteByte(c)
		}
	}

	return "", false
}

func validKey(key string) bool {
	return key != "" && len(key) <= idempotencyKeyMax &&
		!strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}
