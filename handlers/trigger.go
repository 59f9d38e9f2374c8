package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/platform"
)

// triggerForm asks for the reason of a run.
func (h *Handlers) triggerForm(p *page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	return h.showTriggerForm(p, http.StatusOK, platform.TriggerForm{Job: job})
}

func (h *Handlers) showTriggerForm(p *page, status int, view platform.TriggerForm) error {
	view.Now, view.RequestID = p.now, p.requestID()

	return p.answer(answer{
		status: status, data: view,
		full: platform.TriggerPage(h.shell(p, "jobs", "Run "+string(view.Job.Name)), view), fragment: platform.TriggerDialog(view),
	})
}

// job is the one in the path, as the monitor knows it.
func (h *Handlers) job(p *page) (platform.Job, error) {
	name := ops.JobName(p.Param("name"))

	for _, job := range h.Monitor.Snapshot().Jobs.Value.Jobs {
		if job.Name == name {
			return h.jobView(p.ctx(), h.Monitor.Snapshot(), job, p.now)
		}
	}

	if name.Triggerable() { // The control plane has not named it yet.
		return h.jobView(p.ctx(), h.Monitor.Snapshot(), ops.Job{Name: name}, p.now)
	}

	return platform.Job{}, ops.NotFound("job", name)
}

// trigger runs the job now.
func (h *Handlers) trigger(p *page) error {
	in, err := p.input()
	wanted := ops.JobTrigger{JobName: ops.JobName(p.Param("name")), Reason: in.reason()}
	job, unknown := h.job(p)

	if err = cmp.Or(unknown, err); err != nil {
		return errors.Join(err, h.Triggers.Refuse(p.ctx(), p.actor(), wanted, err))
	}

	if err := ops.Invalid(in.only("reason")); err != nil {
		return h.triggerRefused(p, job, in.reason(), errors.Join(err, h.Triggers.Refuse(p.ctx(), p.actor(), wanted, err)))
	}

	run, err := h.Triggers.Trigger(p.ctx(), h.service(p), p.actor(), wanted, h.counters(job.Name))
	h.Monitor.Wake()

	if err != nil {
		return h.triggerRefused(p, job, in.reason(), err)
	}

	switch {
	case p.wantsJSON():
		return p.json(http.StatusOK, run.JobTriggered)
	case p.wantsFragment():
		return p.html(http.StatusOK, platform.ReceiptDialog(h.receiptView(p, run)))
	default:
		return p.seeOther(receiptURL(run))
	}
}

// counters are the job's as they were last read, nil when they never were.
func (h *Handlers) counters(job ops.JobName) *triggers.Counters {
	metrics := h.Monitor.Snapshot().Metrics
	if !metrics.Known() {
		return nil
	}

	figures := metrics.Value.Job(job)

	return &triggers.Counters{Success: figures.Successes, Failed: figures.Failures}
}

func (h *Handlers) triggerRefused(p *page, job platform.Job, reason string, err error) error {
	e := ops.AsError(err)

	seconds := retryAfter(e)
	if seconds > 0 {
		p.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
	}

	if p.wantsJSON() || e.Code == ops.CodeInternal {
		return err
	}

	form := platform.TriggerForm{Job: job, Reason: reason}

	var errs map[string]string

	errs, form.Problem = beside(err, func(name string) bool { return name == "reason" })
	form.ReasonError = errs["reason"]

	if seconds > 0 {
		until := p.now.Add(time.Duration(seconds) * time.Second)
		form.Job.CooldownUntil = &until
	}

	return h.showTriggerForm(p, e.Code.HTTPStatus(), form)
}

// retryAfter is the seconds that a RATE_LIMIT_EXCEEDED names, an hour at most, 0 when it
// names none.
func retryAfter(e *ops.Error) int {
	seconds, _ := e.Details["retry_after_seconds"].(int)

	return max(0, min(seconds, int(time.Hour/time.Second)))
}

// receiptURL names the run by its entry in the audit log, which knows all of it.
func receiptURL(run triggers.Run) string {
	return fmt.Sprintf("/jobs/%s/receipt?entry=%d", run.JobName, run.Entry)
}

// receipt shows what came of a run.
func (h *Handlers) receipt(p *page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	seq, err := strconv.ParseInt(p.QueryParam("entry"), 10, 64)
	if err != nil {
		return ops.NotFound("receipt", ops.Clip(p.QueryParam("entry")))
	}

	run, err := h.Triggers.Run(p.ctx(), job.Name, seq)
	if err != nil {
		return err
	}

	view := h.receiptView(p, run)

	return p.answer(answer{
		data: view, full: platform.ReceiptPage(h.shell(p, "jobs", "Run of "+string(job.Name)), view),
		fragment: platform.ReceiptDialog(view),
	})
}

func (h *Handlers) receiptView(p *page, run triggers.Run) platform.Receipt {
	metrics := h.Monitor.Snapshot().Metrics
	view := platform.Receipt{JobTriggered: run.JobTriggered, URL: receiptURL(run), Now: p.now}

	var after monitor.JobFigures
	if metrics.AsOf.After(run.TriggeredAt.Time) {
		after = metrics.Value.Job(run.JobName)
	}

	if run.Before == nil {
		view.Settled = true
		view.Note = "The counters before the run are not known, so they cannot tell whether it has ended."

		return view
	}

	before := *run.Before
	view.Counters = []platform.Counter{
		{Name: "Successful runs", Before: before.Success, After: after.Successes},
		{Name: "Failed runs", Before: before.Failed, After: after.Failures},
	}

	more := delta(before.Success, after.Successes) + delta(before.Failed, after.Failures)

	switch {
	case more == 0 && p.now.Sub(run.TriggeredAt.Time) > triggers.Cooldown && after.Skipped != "":
		view.Settled = true
		view.Note = "The counters have not moved: the last run was skipped, as " + after.Skipped + "."
	case more == 0 && p.now.Sub(run.TriggeredAt.Time) > triggers.Cooldown:
		view.Settled = true
		view.Note = "The counters have not moved: the run was skipped, is still under way, or has not been counted."
	case more == 0:
		view.Note = "The run is queued; the counters will tell when it has ended."
	case more == 1:
		view.Settled = true
		view.Note = "One run has ended since: most likely this one, unless a scheduled run came first."
	default:
		view.Settled = true
		view.Note = fmt.Sprintf(
			"%.0f runs have ended since: a scheduled run happened meanwhile, so the counters are not this run's alone.", more)
	}

	return view
}

// delta is how far a counter has moved; one that first appears was at 0.
func delta(before, after *float64) float64 {
	var from float64
	if before != nil {
		from = *before
	}

	if after == nil || *after < from {
		return 0
	}

	return *after - from
}
