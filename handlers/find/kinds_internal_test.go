package find

import (
	"testing"

	pages "github.com/graph-olap/opsconsole/templates/find"
)

// TestASearchThatWasCutLeadsToWhereItGoesOn also where what it came to is all shown, and has a list in JSON.
func TestASearchThatWasCutLeadsToWhereItGoesOn(t *testing.T) {
	t.Parallel()

	const page = "/history?q=limit"

	for _, test := range []struct {
		found int
		cut   bool
		more  string
	}{{0, true, page}, {1, true, page}, {1, false, ""}, {shown + 1, false, page}} {
		var items []pages.Item
		if test.found > 0 {
			items = make([]pages.Item, test.found)
		}

		got := searched("change", "Changes", "/history", items, page, test.cut)
		if got.More != test.more || got.Cut != test.cut || got.Items == nil {
			t.Errorf("%d found, cut %v: got %+v, want more at %q", test.found, test.cut, got, test.more)
		}
	}
}
