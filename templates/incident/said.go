package incident

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/record"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Said is an item in words.
type Said struct {
	// Title says what happened, and URL leads to what is known of it, "" where that is all.
	Title, URL string
	// State and Word are how it ended, "" where it did not end well or badly.
	State components.State
	Word  string
	// Who did it, and why; "" for nobody, and for no reason.
	Who, Reason string
	// Note says what else is known of it.
	Note string
}

// Say says what happened.
func Say(i incident.Item) Said {
	switch {
	case i.Status != nil:
		return sayStatus(*i.Status)
	case i.Change != nil:
		c := *i.Change

		return Said{
			Title: record.ChangeTitle(c), URL: record.ChangePath(c.ID),
			State: components.OfChange(c.Outcome), Word: components.Word(c.Outcome),
			Who: c.From(), Reason: c.Reason, Note: record.ChangeNote(c),
		}
	case i.Event != nil:
		e := *i.Event

		return Said{
			Title: fmt.Sprintf("%s: “%s”", e.Kind.Headline(), e.Window.Title), URL: shell.WindowPath(e.Window.ID),
			Who: e.Actor, Reason: e.Reason, Note: e.Text,
		}
	case i.Run != nil:
		return sayRun(*i.Run)
	case i.Exports != nil:
		return sayExports(*i.Exports)
	case i.Full != nil:
		return sayFull(*i.Full)
	case i.Entry != nil:
		return sayEntry(*i.Entry)
	default:
		return Said{}
	}
}

func sayStatus(c monitor.StatusChange) Said {
	from, to := strings.ToLower(components.Word(c.From)), strings.ToLower(components.Word(c.To))

	return Said{
		Title: ComponentTitle(c.Component) + ": " + from + " → " + to,
		URL:   "/health", State: components.OfComponent(c.To), Word: components.Word(c.To),
	}
}

// ComponentTitle is what a component is called, also one that this console sees itself.
func ComponentTitle(name string) string {
	switch name {
	case monitor.ControlPlane:
		return "Control plane"
	case monitor.Database:
		return "Console database"
	default:
		return components.Word(name)
	}
}

func sayRun(r runs.Run) Said {
	said := Said{
		URL: shell.JobPath(r.Job) + "?result=failed", State: components.OfRun(r.Result), Word: components.Word(r.Result), Note: r.Error,
		Who: r.TriggeredBy, Reason: r.Reason, Title: "Job " + shell.JobTitle(r.Job),
	}

	if r.Runs > 1 {
		said.Note = fmt.Sprintf("%s of %s failed.", format.Count(r.Failures), format.Plural(r.Runs, "run", "runs"))
	}

	return said
}

func sayExports(e monitor.FailedExports) Said {
	more := int(e.To - e.From)

	return Said{
		Title: format.Plural(more, "more export", "more exports") + " failed: " + format.Number(e.From) + " → " + format.Number(e.To),
		URL:   "/exports?status=failed", State: components.Bad, Word: "Failed", Note: within(e.Seconds),
	}
}

func sayFull(f monitor.Full) Said {
	note := within(f.Seconds)

	switch {
	case f.Before && f.Still:
		note = "It was full before this time, and still at its end. " + note
	case f.Before:
		note = "It was full before this time. " + note
	case f.Still:
		note = "It was still full at the end of this time. " + note
	}

	return Said{
		Title: "Cluster full for " + format.Span(f.Until.Sub(f.At)) + ": " + format.Number(f.Used) + " of " +
			format.Plural(int(f.Total), "instance", "instances"),
		URL: "/capacity?" + url.Values{
			"from": {f.At.Add(-time.Hour).UTC().Format(time.RFC3339)}, "to": {f.Until.Add(time.Hour).UTC().Format(time.RFC3339)},
		}.Encode(),
		State: components.Bad, Word: "Full", Note: note,
	}
}

// within says how precise a moment is that samples tell.
func within(seconds int64) string {
	return "As sampled, to within " + format.Span(time.Duration(seconds)*time.Second) + "."
}

func sayEntry(e audit.Entry) Said {
	said := Said{
		Title: action.Said(string(e.Action), e.Object), URL: "/audit?entry=" + format.ID(e.Seq), State: components.OfAudit(e.Outcome),
		Word: components.Word(e.Outcome),
		Who:  audit.Who(e.Actor), Reason: e.Reason, Note: action.Message(e.Message),
	}

	if job, ok := strings.CutPrefix(e.Object, "jobs/"); ok && e.Action == audit.JobTrigger && e.Outcome == audit.Done {
		said.URL = shell.JobPath(ops.JobName(job)) + "/receipt?" + url.Values{"entry": {format.ID(e.Seq)}}.Encode()
	}

	return said
}

// outcome is how it ended, "" where that is the rule.
func (s Said) outcome() string {
	if s.State == components.OK {
		return ""
	}

	return cmp.Or(s.Word, "")
}
