package components

import (
	"crypto/rand"

	"github.com/a-h/templ"
)

// IdempotencyField is the field of a form that has its idempotency key. The button of a review
// has one from the server; where a page may be kept or shared, the script adds it.
const IdempotencyField = "idempotency_key"

// Once are the attributes of a button that sends its form under a new key. A form that another
// button sends goes without.
func Once() templ.Attributes {
	return templ.Attributes{"name": IdempotencyField, "value": rand.Text()}
}
