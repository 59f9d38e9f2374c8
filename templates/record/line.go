package record

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// auditLine is an act as a line of the page: how it ended and, where it opens, all that was written of it.
type auditLine struct {
	audit.Entry

	// Steps are its entries, newest first, the line's own among them.
	Steps []audit.Entry
	// objects are those of all lines.
	objects objects
}

// auditLines are the lines of a page of entries: an intent stands in the line of the newest entry
// that settles it, where that is on the page. Others are entries that are not on it and belong to its acts.
func auditLines(items, others []audit.Entry) []auditLine {
	acts := map[int64][]audit.Entry{}

	for _, e := range slices.Concat(items, others) {
		acts[actOf(e)] = append(acts[actOf(e)], e)
	}

	for _, steps := range acts {
		slices.SortFunc(steps, func(a, b audit.Entry) int { return cmp.Compare(b.Seq, a.Seq) })
	}

	var lines []auditLine

	told, read := map[int64]bool{}, objects{}

	for _, e := range items {
		if act := actOf(e); !told[act] {
			told[act] = true
			lines = append(lines, auditLine{Entry: e, Steps: acts[act], objects: read})
		}
	}

	return lines
}

// actOf is the entry with which an act began.
func actOf(e audit.Entry) int64 { return cmp.Or(e.Intent, e.Seq) }

// numbers are those of the entries of the line, "123–124" or "120, 124".
func (l auditLine) numbers() string {
	first, last := l.Steps[len(l.Steps)-1].Seq, l.Steps[0].Seq

	switch {
	case first == last:
		return format.Count(last)
	case last-first == int64(len(l.Steps)-1):
		return format.Count(first) + "–" + format.Count(last)
	}

	numbers := make([]string, 0, len(l.Steps))
	for _, e := range slices.Backward(l.Steps) {
		numbers = append(numbers, format.Count(e.Seq))
	}

	return strings.Join(numbers, ", ")
}

// why is what the closed line says: the reason, else the newest message; isReason tells them apart.
func (l auditLine) why() (text string, isReason bool) {
	for _, e := range l.Steps {
		if e.Reason != "" {
			return e.Reason, true
		}
	}

	for _, e := range l.Steps {
		if e.Message != "" {
			return action.Message(e.Message), false
		}
	}

	return "Details", false
}

// change is the configuration change that the act belongs to, 0 for none.
func (l auditLine) change() int64 {
	for _, e := range l.Steps {
		if e.Change != 0 {
			return e.Change
		}
	}

	return 0
}

// job is the one that the act was to run; ok is false of any other act, and of a name that the console refused as one
// of no job, which has no page.
func (l auditLine) job() (job ops.JobName, ok bool) {
	name, ok := strings.CutPrefix(l.Object, "jobs/")
	job = ops.JobName(name)

	return job, ok && l.Action == audit.JobTrigger && (l.Outcome != audit.Refused || job.Info().Every > 0)
}

// settles names the intent of an entry that is not among the steps, "" where there is none.
func (l auditLine) settles() string {
	intent := l.Intent
	if intent == 0 || slices.ContainsFunc(l.Steps, func(e audit.Entry) bool { return e.Seq == intent }) {
		return ""
	}

	return strconv.FormatInt(intent, 10)
}

// chained says how an entry is chained, for people.
func chained(e audit.Entry) string {
	if e.Chain == audit.Unkeyed {
		return "SHA-256, without a key"
	}

	return e.Chain
}

// named are the actions of the log with their words, for the filter.
func named() []components.Named {
	var out []components.Named
	for _, a := range audit.Actions() {
		out = append(out, components.Named{Value: string(a), Name: action.Title(string(a))})
	}

	return out
}

// objectText is what an act was done to in words, as the log has it where there are none.
func objectText(object string) string {
	if words, ok := action.Object(object); ok {
		return words
	}

	return object
}
