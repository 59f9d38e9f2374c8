package components

import (
	"crypto/rand"

	"github.com/a-h/templ"
)

// IdempotencyField is the field of a form that has its idempotency key. The button of a review
// has one from the server; where a page may be kept or shared, the script adds it.
const IdempotencyField = "idempotency_key"

// ByScript are the attributes of a form that the page's script sends, where it runs: what is typed
// stays until there is an answer. That is a page, of which the content is shown, or where to go on.
// Without the script the browser sends the form, to the same address.
func ByScript() templ.Attributes {
	return templ.Attributes{
		"hx-boost":   `target:"#main" select:"#main" selectOOB:"#live-mark" swap:"outerSync show:top" push:false`,
		"hx-disable": "findAll button",
	}
}

// Looks are the attributes of a form, or of a button, that does nothing for good: it asks what would be.
func Looks() templ.Attributes { return templ.Attributes{"data-looks": true} }

// Once are the attributes of a button that sends its form under a new key. A form that another
// button sends goes without.
func Once() templ.Attributes {
	return templ.Attributes{"name": IdempotencyField, "value": rand.Text()}
}
