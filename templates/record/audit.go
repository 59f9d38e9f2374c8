package record

import (
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Audit is the log of what was done, tried, seen or refused, newest first.
type Audit struct {
	Items []audit.Entry `json:"items"`
	// Others are entries that are not on the page and belong to its acts.
	Others []audit.Entry `json:"-"`
	// Next is the value of before for the next page, null on the last one.
	Next *int64 `json:"next"`
	// Total counts what the filter selects; more than 1,000 is 1,001.
	Total int `json:"total"`
	// Cut says that the search ended before it had looked at all: Total are those that it came to, and Next goes on.
	Cut bool `json:"cut,omitempty"`
	// Chain is what the last verification found.
	Chain  audit.State `json:"chain"`
	Filter AuditFilter `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// AuditFilter is the query of the page, as it was typed; what is "" does not restrict.
type AuditFilter struct {
	Text string
	// Entry is the number of the one that is wanted, 0 for all.
	Entry   int64
	Actor   string
	Action  string
	Object  string
	Outcome string
	// From and Until are moments as they were typed, Moments what was understood of them.
	From, Until string
	Moments     map[string]components.MomentInput
	// Before is the cursor, 0 on the first page.
	Before int64
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// Active reports whether the filter restricts anything.
func (f AuditFilter) Active() bool { return len(f.query()) > 0 }

// URL returns the address of the page that starts before the cursor; 0 is the first.
func (f AuditFilter) URL(before int64) string {
	return components.PageURL("/audit", f.query(), before)
}

// csv is the address of all that is selected, for people's spreadsheets.
func (f AuditFilter) csv() string {
	query := f.query()
	query.Set("for", "excel")

	return components.PageURL("/audit.csv", query, 0)
}

func (f AuditFilter) query() url.Values {
	entry := ""
	if f.Entry != 0 {
		entry = format.ID(f.Entry)
	}

	return components.NonEmpty(map[string]string{
		"q": f.Text, "entry": entry, "actor": f.Actor, "action": f.Action, "object": f.Object, "outcome": f.Outcome,
		"from": f.From, "until": f.Until,
	})
}
