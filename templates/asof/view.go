// Package asof draws pages as they were at a moment, of what was recorded then.
package asof

import (
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// View is a page as it was. What of it is not of the page is nil.
type View struct {
	At time.Time `json:"at"`
	// Path is the page as it is now, Title what it is called.
	Path  string `json:"path"`
	Title string `json:"-"`
	// Section is a section of the configuration.
	Section *Section `json:"section,omitempty"`
	// Components are those that were seen then.
	Components *[]Component `json:"components,omitempty"`
	Capacity   *Capacity    `json:"capacity,omitempty"`
	Jobs       *[]Job       `json:"jobs,omitempty"`
	// Exports count the export jobs by state, as far as that was recorded.
	Exports *map[ops.ExportJobStatus]monitor.Sampled `json:"exports,omitempty"`
	// Events are what happened as long before that moment as after it, oldest first: all of it, or Cut says that it is not.
	Events []incident.Item `json:"events"`
	Around time.Duration   `json:"-"`
	Cut    bool            `json:"events_cut"`

	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
	// Note says which moment is meant where the clocks skip or repeat what was asked for.
	Note string `json:"-"`
}

// Section is what a section held.
type Section struct {
	Name ops.SectionName `json:"name"`
	// Values are those of the last change before that moment; null where nothing is known.
	Values ops.Values `json:"values"`
	// By set them: null where no change is recorded before that moment.
	By *changes.Change `json:"set_by"`
	// Next set other ones; Unsure says that it was made outside the console, perhaps before that moment.
	Next   *changes.Change `json:"next"`
	Unsure bool            `json:"unsure"`
	// Late says that By was being carried out: whether it was by then is not known.
	Late bool `json:"late"`
	// Open was made since, and whether it was carried out is not known: null for none.
	Open   *changes.Change `json:"open"`
	Fields []ops.Field     `json:"-"`
}

// Component is how a component was.
type Component struct {
	monitor.StatusSpan

	// LatencyMS is null where it was not recorded.
	LatencyMS *monitor.Sampled `json:"latency_ms"`
}

// Capacity is how full the cluster was; what was not recorded is null.
type Capacity struct {
	Used  *monitor.Sampled `json:"used"`
	Total *monitor.Sampled `json:"cluster_total"`
	// Limit is that of the cluster as the changes tell, null where none is recorded before that moment. SetBy had set it, and Doubtful says
	// that another may have been set by then.
	Limit    *int            `json:"limit"`
	SetBy    *changes.Change `json:"limit_set_by"`
	Doubtful bool            `json:"limit_doubtful"`
}

// Job is a job with its last run that had ended, null where none is kept.
type Job struct {
	Name ops.JobName `json:"job_name"`
	Last *runs.Run   `json:"last_run"`
}

// Address is that of a page as it was at a moment.
func Address(path string, at time.Time) string {
	return path + "?" + url.Values{"at": {at.UTC().Format(time.RFC3339Nano)}}.Encode()
}

// coarse says what a value is of that is not kept as it was taken, "" for one that is.
func coarse(s monitor.Sampled) string {
	if s.Seconds == 0 {
		return ""
	}

	return "the highest of " + format.Span(time.Duration(s.Seconds)*time.Second)
}

func exportStates() []ops.ExportJobStatus { return ops.ExportJobStatuses() }
