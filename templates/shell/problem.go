package shell

import (
	"time"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Problem is a page that could not be had: what happened, in a sentence that is safe to
// show, and what to do.
type Problem struct {
	// Status is the HTTP status.
	Status int
	// Title is what happened in a few words, "" for what the status says.
	Title   string
	Message string
	// Fields are what was wrong with which value, when that is what went wrong.
	Fields []ops.FieldError
	// Advice says what to do; "" leaves it to the page.
	Advice    string
	RequestID string
	// LastGood is the age of the newest good data; nil when it does not matter.
	LastGood *time.Time
	// Way leads to what is in the way, if something is.
	Way components.Link
	// Retry is the address to try again, "" when that makes no sense; Waits says that the page
	// does so by itself.
	Retry string
	Waits bool
}
