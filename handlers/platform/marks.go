package platform

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
)

// marksMost is how many changes, triggers and windows each are drawn on a time axis.
const marksMost = 20

// marks are what was done to the platform in that time, newest first.
func (h *Handlers) marks(ctx context.Context, from, until time.Time) ([]components.Mark, error) {
	marks := []components.Mark{}

	changed, err := h.Changes.History(ctx, changes.Filter{
		Outcome: changes.Applied, From: from, Until: until, Limit: marksMost,
	})
	if err != nil {
		return nil, err
	}

	for _, c := range changed.Items {
		marks = append(marks, components.Mark{
			Kind: components.MarkChange, At: c.At, Text: fmt.Sprintf("%s changed by %s", components.Word(c.Section), c.From()),
			URL: fmt.Sprintf("/history/%d", c.ID),
		})
	}

	triggered, err := h.Audit.List(ctx, audit.Filter{
		Action: audit.JobTrigger, Outcome: audit.Done, From: from, Until: until, Limit: marksMost,
	})
	if err != nil {
		return nil, err
	}

	for _, e := range triggered.Items {
		job := strings.TrimPrefix(e.Object, "jobs/")
		marks = append(marks, components.Mark{
			Kind: components.MarkTrigger, At: e.At, Text: fmt.Sprintf("%s triggered by %s", components.Word(job), e.Actor),
			URL: fmt.Sprintf("/jobs/%s/receipt?entry=%d", url.PathEscape(job), e.Seq),
		})
	}

	windows, err := h.Windows.List(ctx, maintenance.Filter{From: from, Until: until, Limit: marksMost})
	if err != nil {
		return nil, err
	}

	for _, w := range windows.Items {
		for _, boundary := range []struct {
			at   *time.Time
			word string
		}{{w.StartedAt, "began"}, {w.EndedAt, "ended"}} {
			if at := boundary.at; at != nil && at.After(from) && at.Before(until) {
				marks = append(marks, components.Mark{
					Kind: components.MarkWindow, At: *at, Text: fmt.Sprintf("Maintenance “%s” %s", w.Title, boundary.word),
					URL: fmt.Sprintf("/maintenance/windows/%d", w.ID),
				})
			}
		}
	}

	slices.SortStableFunc(marks, func(a, b components.Mark) int { return b.At.Compare(a.At) })

	return marks, nil
}
