package record

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Points is the page of the named points, newest first, and the form for a new one.
type Points struct {
	Items       []changes.Point `json:"items"`
	Tickets     format.Tickets  `json:"-"`
	Next        *int64          `json:"next"`
	Before      int64           `json:"-"`
	Name        string          `json:"-"`
	NameError   string          `json:"-"`
	Reason      string          `json:"-"`
	ReasonError string          `json:"-"`
	Problem     string          `json:"-"`
	Now         time.Time       `json:"-"`
}

// PointDetail is a point, what restoring it would do to each section or did, and the
// form that restores it.
type PointDetail struct {
	changes.PointPlan

	// Tried says that the states are those of a restore, not of a preview.
	Tried bool `json:"tried"`
	// Again is the address that the page asks for until every section could be read, "" when
	// all were.
	Again        string `json:"-"`
	Reason       string `json:"-"`
	ReasonError  string `json:"-"`
	Confirmed    string `json:"-"`
	ConfirmError string `json:"-"`
	Problem      string `json:"-"`
	RequestID    string `json:"-"`

	Snippets []components.Snippet `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// url is the page of the points older than one; 0 is the newest.
func (v Points) url(before int64) string {
	if before == 0 {
		return "/points"
	}

	return fmt.Sprintf("/points?before=%d", before)
}

func (v PointDetail) button() string {
	return "Restore " + format.Plural(v.differing(), "section", "sections")
}

// differing is how many sections are not as the point has them.
func (v PointDetail) differing() int {
	n := 0

	for _, part := range v.Sections {
		if part.State == changes.PointDiffers {
			n++
		}
	}

	return n
}
