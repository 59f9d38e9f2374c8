package templates_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/templates/find"
	"github.com/graph-olap/opsconsole/templates/record"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// TestASearchThatWasCutSaysSo on each page that searches, which leads on from there, and in JSON, where nothing says so of a whole one.
func TestASearchThatWasCutSaysSo(t *testing.T) {
	t.Parallel()

	next := new(int64(7))

	page := func(cut bool) map[string]struct {
		page templ.Component
		data any
		next string
	} {
		history := record.History{Cut: cut, Next: next, Filter: record.HistoryFilter{Text: "limit"}}
		log := record.Audit{Cut: cut, Next: next, Filter: record.AuditFilter{Text: "limit"}}
		group := find.Group{Title: "Changes", Cut: cut, More: "/history?q=limit"}

		return map[string]struct {
			page templ.Component
			data any
			next string
		}{
			"history": {record.HistoryPage(shell.Shell{}, history), history, "before=7&amp;q=limit\">Search older ones"},
			"audit":   {record.AuditPage(shell.Shell{}, log), log, "before=7&amp;q=limit\">Search older ones"},
			"find":    {find.FindPage(shell.Shell{}, find.Results{Query: "limit", Groups: []find.Group{group}}), group, "/history?q=limit"},
		}
	}

	for _, cut := range []bool{true, false} {
		for name, of := range page(cut) {
			html := draw(t, of.page)
			if strings.Contains(html, "Not everything was searched") != cut || cut && !strings.Contains(html, of.next) {
				t.Errorf("%s: want it said that it was cut: %v, and to lead to %s", name, cut, of.next)
			}

			data, err := json.Marshal(of.data)
			if err != nil || strings.Contains(string(data), `"cut":true`) != cut {
				t.Errorf("%s: got %.300s, %v, want cut: %v", name, data, err, cut)
			}
		}
	}
}
