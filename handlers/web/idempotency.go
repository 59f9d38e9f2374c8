package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

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
	case err != nil && ops.AsError(err).Code == ops.CodeIdempotencyInFlight:
		p.audited.Store(true) // whoever is at it says what is done
		p.Response().Header().Set("Retry-After", "1")
	case act != nil:
		p.audited.Store(true) // the first time it was
		p.Response().Header().Set(headerIdempotencyReplayed, "true")
	}

	p.claim = claim

	return act, err
}

// finishTimeout bounds writing down that a request is over.
const finishTimeout = 10 * time.Second

// Finish says that the request is over, and with what error, nil for none. A key is for answers
// that are lost, so it is finished also when whoever asked is gone.
func (p *Page) Finish(err error) error {
	if p.claim == nil {
		return nil
	}

	if err != nil && p.WantsJSON() {
		status, e := Classify(err)
		if body, err := json.Marshal(p.Envelope(e)); err == nil {
			p.keep(status, body)
		}
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.Ctx()), finishTimeout)
	defer cancel()

	return p.claim.Finish(ctx, p.answer)
}

// Resend gives the answer once more.
func (p *Page) Resend(answer idempotency.Answer) error {
	if answer.Location != "" {
		p.Response().Header().Set("Location", answer.Location)
	}

	p.Response().Header().Set("Cache-Control", "no-store")

	return p.sendWhole(answer.Status, echo.MIMEApplicationJSON, answer.Body)
}

// TellAnew marks an answer that is not kept but made anew when it is asked for again: it has a
// secret, which stands in one place, or tells of what is not settled yet.
func (p *Page) TellAnew() { p.anew = true }

// keep keeps an answer to be given again, if it is final: no error of a moment, and nothing
// that is still to be settled.
func (p *Page) keep(status int, body []byte) {
	if !p.anew && status < http.StatusInternalServerError && status != http.StatusAccepted {
		p.answer = &idempotency.Answer{Status: status, Location: p.Response().Header().Get("Location"), Body: body}
	}
}

// HasKey reports whether a key came with the request.
func (p *Page) HasKey() bool {
	key, err := p.idempotencyKey()

	return err == nil && key != ""
}

// idempotencyKey is the key that came in the header, else in the field of a form; "" is none.
func (p *Page) idempotencyKey() (string, error) {
	const inHeader = "header.idempotency-key"

	switch lines := p.Request().Header.Values(headerIdempotencyKey); {
	case len(lines) > 1:
		return "", badIdempotencyKey(inHeader, givenTwice)
	case len(lines) == 1:
		key, ok := parseKey(lines[0])
		if !ok {
			return "", badIdempotencyKey(inHeader, "must be a string of 1 to 255 printable ASCII characters, preferably in double quotes")
		}

		return key, nil
	case p.sentKind() != echo.MIMEApplicationForm:
		return "", nil
	}

	body, _ := p.Body()
	form, _ := url.ParseQuery(string(body)) // what else is wrong is for whoever reads the fields to say

	switch keys := form[components.IdempotencyField]; {
	case len(keys) == 0:
		return "", nil
	case len(keys) > 1:
		return "", badIdempotencyKey("body."+components.IdempotencyField, givenTwice)
	case !validKey(keys[0]):
		return "", badIdempotencyKey("body."+components.IdempotencyField, "must be 1 to 255 printable ASCII characters")
	default:
		return keys[0], nil
	}
}

func badIdempotencyKey(field, message string) error {
	return ops.Invalid([]ops.FieldError{{Field: field, Message: message, Type: "idempotency_key"}})
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
