package maintenance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// after is the row once it was looked, or tried to, and the pause until it is looked again.
func (r silenceRow) after(w Window, result alertmanager.Result, failed error, now time.Time) (_ silenceRow, pause time.Duration) {
	r.ids = result.IDs

	if failed != nil {
		r.problem = alertmanager.Message(failed)
		r.tries++

		return r, retrySilence().Pause(r.tries, 0)
	}

	r.problem, r.tries, pause = "", 0, silenceLook

	if skew := int64(result.Skew / time.Second); differ(r.skewSeconds, skew) {
		r.skewSeconds = skew
	}

	switch {
	case result.Active != nil:
		r.current, r.byHandAt = result.Active.ID, nil

		if at := result.Active.EndsAt.Add(-result.Skew); r.endsAt == nil || differ(r.endsAt.Unix(), at.Unix()) {
			r.endsAt = &at
		}

		if r.activeSince == nil {
			r.activeSince = &now
		}
	case !result.EndedAt.IsZero():
		r.byHandAt = &result.EndedAt
	case !w.silencing():
		r.gone(now)

		pause = afterLook
	}

	return r, pause
}

// differ reports whether seconds differ by more than clocks do that are compared by seconds.
func differ(a, b int64) bool { return max(a-b, b-a) > 3 }

// gone notes that none is active once the window is over, and how long it is looked again.
func (r *silenceRow) gone(now time.Time) {
	if r.goneAt == nil {
		until := now.Add(afterLeast)

		for _, end := range []*time.Time{r.endsAt, r.lookUntil} {
			if end != nil {
				until = later(until, *end)
			}
		}

		if most := now.Add(afterMost); until.After(most) {
			until = most
		}

		r.goneAt, r.lookUntil = &now, &until
	}

	if !now.Before(*r.lookUntil) {
		r.doneAt = &now
	}
}

// failsAnew reports whether it is news that it is not as it should be. Of one that is gone it is not: each
// time that Alertmanager is started anew would be told of every window that was over lately.
func (r silenceRow) failsAnew(before silenceRow) bool {
	return r.problem != "" && before.problem == "" && r.goneAt == nil
}

// silenceNews is what the audit log is told of a silence.
type silenceNews struct {
	outcome audit.Outcome
	message string
}

// news are what a look brought that was not known before it: nothing, mostly.
func (r silenceRow) news(before silenceRow, w Window, result alertmanager.Result) (out []silenceNews) {
	done := func(format string, args ...any) {
		out = append(out, silenceNews{audit.Done, fmt.Sprintf(format, args...)})
	}

	switch {
	case r.failsAnew(before):
		return []silenceNews{{audit.Failed, r.problem}}
	case r.problem != "":
		return nil
	}

	switch {
	case r.activeSince != nil && before.activeSince == nil:
		done("Alerts are silenced: %s. Alertmanager's id is %s.", strings.Join(w.AlertMatchers, ", "), r.current)
	case r.current != before.current && !slices.Contains(before.ids, r.current):
		done("The silence is %s now: "+
			"Alertmanager had lost the one before, or its clock was set back, or it had expired, or was created again by hand.", r.current)
	case r.byHandAt != nil && before.byHandAt == nil:
		done("Somebody ended the silence in Alertmanager. It stays ended: alerts come through for the rest of the window.")
	case r.goneAt != nil && before.goneAt == nil:
		done("No silence of the window is active now.")
	case r.goneAt != nil && result.Ended > 0:
		done("A silence of the window had come back and was ended again: " +
			"Alertmanager was started with an earlier state, or its clock was set back.")
	case before.problem != "" && before.goneAt == nil:
		done("Alertmanager accepts requests again.")
	}

	return out
}
