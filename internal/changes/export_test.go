package changes

import (
	"github.com/graph-olap/opsconsole/internal/store"
)

// Statement is the query of a page of the filter, for the test of how it is carried out.
func (f Filter) Statement(last store.Time) (query string, args []any) {
	clause, args := f.clause(last)
	at, id := f.order()

	return "SELECT " + columns + " FROM opsconsole_changes " + clause + " ORDER BY " + at + " DESC, " + id + " DESC LIMIT 50", args
}
