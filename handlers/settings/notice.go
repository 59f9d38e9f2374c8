package settings

import (
	"fmt"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// ChangedParam names the change that the page before came to; the notice is made from
// the change, so the address can be sent to others and tells no lies.
const ChangedParam = "changed"

// Notice says what a change came to.
func Notice(change changes.Change) shell.Notice {
	notice := shell.Notice{
		Line:     components.Line{URL: fmt.Sprintf("/history/%d", change.ID)},
		LinkText: fmt.Sprintf("Change %d", change.ID),
	}

	switch change.Outcome {
	case changes.Applied:
		notice.State, notice.Text = components.OK, "Changed and confirmed."
	case changes.Failed:
		notice.State, notice.Text = components.Bad, web.Sentences("Not changed", *change.Error)
	case changes.Pending, changes.Unknown:
		notice.State = components.Unknown
		notice.Text = "It is not known yet whether this took effect. The values are being read back until it is."
	}

	return notice
}
