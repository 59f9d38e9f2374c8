package platform

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Runs is the page of a job: how it is, and its runs, newest first.
type Runs struct {
	shell.Freshness

	Job Job `json:"job"`
	// Every is how many seconds lie between two runs by schedule, as far as that is known.
	Every float64 `json:"interval_seconds"`
	// Source is from where the runs are known.
	Source runs.Source `json:"source"`
	Runs   []runs.Run  `json:"runs"`
	// Total is how many there are that the filter selects, Failed how many of the job's failed, which both are kept for
	// the longer time; more than 1,000 are 1,001.
	Total  int    `json:"total"`
	Failed int    `json:"failed"`
	Next   *int64 `json:"next"`
	// Missing says that the runs could not be read.
	Missing bool `json:"missing"`
	// LastFailed is the newest run that failed, nil for none.
	LastFailed *runs.Run      `json:"-"`
	Query      RunsQuery      `json:"-"`
	Tickets    format.Tickets `json:"-"`
}

// RunsRegion is the live region of the page.
const RunsRegion = "live-runs"

// RunsQuery selects runs.
type RunsQuery struct {
	Failed bool
	Before int64
	Limit  int
}

// Values are the query as an address has it.
func (q RunsQuery) Values() url.Values {
	values := url.Values{}
	if q.Failed {
		values.Set("result", string(runs.Failed))
	}

	for name, n := range map[string]int64{"before": q.Before, "limit": int64(q.Limit)} {
		if n > 0 {
			values.Set(name, strconv.FormatInt(n, 10))
		}
	}

	return values
}

// url is the page with another query.
func (v Runs) url(q RunsQuery) string {
	path := shell.JobPath(v.Job.Name)
	if values := q.Values(); len(values) > 0 {
		path += "?" + values.Encode()
	}

	return path
}

func (v Runs) from(before int64) string {
	return v.url(RunsQuery{Failed: v.Query.Failed, Before: before, Limit: v.Query.Limit})
}

// known says from where the runs are known, and for how long.
func (v Runs) known() string {
	if v.Source == runs.FromRecords {
		return "From this console's own records, which are kept for 7 days, and for 30 of runs that failed or were triggered."
	}

	return "From the control plane's metrics, which only count: a row is what ended between two polls of this console, " +
		"and was kept for 7 days, or for 30 where a run failed."
}

// bars is a chart of the runs on this page.
func (v Runs) bars() components.BarChart {
	chart := components.BarChart{Now: v.Now}

	var longest float64

	for _, run := range slices.Backward(v.Runs) {
		if run.Seconds != nil {
			longest = max(longest, *run.Seconds)
		}

		chart.Items = append(chart.Items, components.ChartBar{
			At: run.Began(), Seconds: run.Seconds, State: components.OfRun(run.Result),
			Text: fmt.Sprintf("%s, %s, %s", format.Full(run.Began()), strings.ToLower(runWord(run)), took(run)),
		})
	}

	chart.Label = fmt.Sprintf("How long %s took, oldest first: at most %s; %d failed. The table below has each.",
		format.Plural(len(v.Runs), "run", "runs"), format.Seconds(longest), v.failedHere())

	return chart
}

func (v Runs) failedHere() (n int) {
	for _, run := range v.Runs {
		n += run.Failures
	}

	return n
}

// retry is where the run that failed last is tried again.
func (v Runs) retry() string { return retryPath(*v.LastFailed) }

func retryPath(run runs.Run) string {
	return shell.TriggerPath(run.Job) + "?run=" + format.ID(run.ID)
}

// runPath is where a run stands among the others.
func runPath(run runs.Run) string {
	return fmt.Sprintf("%s?before=%d#run-%d", shell.JobPath(run.Job), run.ID+1, run.ID)
}

func runWord(run runs.Run) string {
	switch {
	case run.Result == runs.Succeeded && run.Runs > 1:
		return format.Count(run.Runs) + " succeeded"
	case run.Result == runs.Failed && run.Runs > 1:
		return fmt.Sprintf("%s of %s failed", format.Count(run.Failures), format.Count(run.Runs))
	case run.Result == runs.Succeeded:
		return "Succeeded"
	default:
		return components.Word(run.Result)
	}
}

func took(run runs.Run) string {
	switch {
	case run.Result == runs.Running:
		return "still running"
	case run.Seconds == nil:
		return "not known"
	case run.Runs > 1:
		return format.Seconds(*run.Seconds) + " on average"
	default:
		return format.Seconds(*run.Seconds)
	}
}

// runNote says what there is to say of a run beside its result.
func runNote(run runs.Run) string {
	if run.Result == runs.CutOff {
		return "The process ended before the run did. How far it got is not known; the next run continues."
	}

	return run.Error
}

// counted are what a run did, in words.
func counted(run runs.Run) []string {
	var out []string

	for _, name := range slices.Sorted(maps.Keys(run.Done)) {
		if n := run.Done[name]; n > 0 {
			out = append(out, countWords(name, n))
		}
	}

	for _, name := range slices.Sorted(maps.Keys(run.Found)) {
		if kind, ok := strings.CutPrefix(name, "schema_cache_"); ok && run.Found[name] > 0 {
			out = append(out, format.Plural(run.Found[name], kind+" read", kind+"s read"))
		}
	}

	return out
}

// countWords says how often something was done.
func countWords(name string, n int) string {
	words := map[string][2]string{
		"orphaned_pods_deleted":           {"pod deleted", "pods deleted"},
		"orphaned_pods_failed":            {"pod could not be deleted", "pods could not be deleted"},
		"pods_of_ended_instances_deleted": {"pod of an ended instance deleted", "pods of ended instances deleted"},
		"missing_pods_handled":            {"instance without its pod settled", "instances without their pods settled"},
		"status_drift_fixed":              {"instance status corrected", "instance statuses corrected"},
		"instances_terminated":            {"instance ended", "instances ended"},
		"instances_suspended":             {"instance suspended", "instances suspended"},
		"instances_not_terminated":        {"instance could not be ended", "instances could not be ended"},
		"snapshots_deleted":               {"snapshot deleted", "snapshots deleted"},
		"snapshots_not_deleted":           {"snapshot could not be deleted", "snapshots could not be deleted"},
		"mappings_deleted":                {"mapping deleted", "mappings deleted"},
		"mappings_not_deleted":            {"mapping could not be deleted", "mappings could not be deleted"},
		"claims_reset":                    {"export reset", "exports reset"},
		"snapshots_finalized":             {"snapshot made ready", "snapshots made ready"},
		"snapshots_not_finalized":         {"snapshot could not be made ready", "snapshots could not be made ready"},
		"snapshots_failed":                {"snapshot failed", "snapshots failed"},
		"instances_to_starting":           {"instance started", "instances started"},
		"instances_to_failed":             {"instance failed", "instances failed"},
		"instances_measured":              {"instance measured", "instances measured"},
		"memory_events":                   {"memory event", "memory events"},
	}

	if forms, ok := words[name]; ok {
		return format.Plural(n, forms[0], forms[1])
	}

	return format.Count(n) + " " + strings.ReplaceAll(name, "_", " ")
}

// every is how often the job runs.
func (v Runs) every() string { return format.Span(time.Duration(v.Every * float64(time.Second))) }

// RetryReason is why a job is run again after a run that did not succeed.
func RetryReason(run runs.Run) string {
	text := fmt.Sprintf("Run again: the run of %s %s", format.Minute(run.Ended()), strings.ToLower(runWord(run)))
	if run.Result == runs.CutOff {
		text = fmt.Sprintf("Run again: the run of %s was cut off", format.Minute(run.Began()))
	}

	if message, _, _ := strings.Cut(run.Error, "\n"); message != "" {
		text += ": " + message
	}

	return clip(text, ops.ReasonMax)
}

// clip cuts a text after so many characters.
func clip(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}

	return text
}
