package platform

import (
	"cmp"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Timeline is the statuses that the components held over a time.
type Timeline struct {
	Reach Reach     `json:"range"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Components are the rows, in the order of the page.
	Components []TimelineRow `json:"components"`
	// Changes are the newest changes of a status first, of Total.
	Changes []StatusChange `json:"changes"`
	Total   int            `json:"total"`
}

// TimelineRow is the spans of one component, oldest first; time without a span was not seen.
type TimelineRow struct {
	// Title is what it is called where its name does not say it.
	Title string               `json:"-"`
	Name  string               `json:"name"`
	Spans []monitor.StatusSpan `json:"spans"`
}

// StatusChange is a moment from which on a component was seen in another status than before.
type StatusChange struct {
	// Title is what it is called where its name does not say it.
	Title     string              `json:"-"`
	Component string              `json:"component"`
	At        time.Time           `json:"at"`
	From      ops.ComponentStatus `json:"from"`
	To        ops.ComponentStatus `json:"to"`
	// Lasted is how long it was until it was last seen so, in nanoseconds; Holds that it still is.
	Lasted time.Duration `json:"lasted_ns"`
	Holds  bool          `json:"holds"`
	// Unseen is how long nobody saw the component before, so that At is the latest it can be.
	Unseen time.Duration `json:"unseen_ns"`
}

func (r TimelineRow) title() string { return cmp.Or(r.Title, components.Word(r.Name)) }

func (c StatusChange) title() string { return cmp.Or(c.Title, components.Word(c.Component)) }
