package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
)

// triggerForm asks for the reason of a run.
func (h *Handlers) triggerForm(p *page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	return h.showTriggerForm(p, http.StatusOK, templates.TriggerForm{Job: job})
}

func (h *Handlers) showTriggerForm(p *page, status int, view templates.TriggerForm) error {
	view.Now, view.RequestID = p.now, p.requestID()

	return p.answer(answer{
		status: status, data: view,
		full: templates.TriggerPage(h.shell(p, "jobs", "Run "+string(view.Job.Name)), view), fragment: templates.TriggerDialog(view),
	})
}

// job is the one in the path, as the monitor knows it.
func (h *Handlers) job(p *page) (templates.Job, error) {
	name := ops.JobName(p.Param("name"))

	for _, job := range h.Monitor.Snapshot().Jobs.Value.Jobs {
		if job.Name == name {
			return h.jobView(p.ctx(), h.Monitor.Snapshot(), job, p.now)
		}
	}

	if name.Triggerable() { // The control plane has not named it yet.
		return h.jobView(p.ctx(), h.Monitor.Snapshot(), ops.Job{Name: name}, p.now)
	}

	return templates.Job{}, ops.NotFound("job", name)
}

// trigger runs the job now.
func (h *Handlers) trigger(p *page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	in, err := p.input()
	if err != nil {
		return err
	}

	errs := in.only("reason")
	if len(errs) > 0 {
		return ops.Invalid(errs)
	}

	before := h.Monitor.Snapshot().Metrics.Value.Job(job.Name)

	triggered, err := h.Triggers.Trigger(p.ctx(), h.service(p), p.actor(), ops.JobTrigger{JobName: job.Name, Reason: in.reason()})
	h.Monitor.Wake()

	if err != nil {
		return h.triggerRefused(p, job, in.reason(), err)
	}

	location := receiptURL(triggered, before)

	switch {
	case p.wantsJSON():
		return p.json(http.StatusOK, triggered)
	case p.wantsFragment():
		return p.html(http.StatusOK, templates.ReceiptDialog(h.receiptView(p, triggered, before, location)))
	default:
		return p.seeOther(location)
	}
}

func (h *Handlers) triggerRefused(p *page, job templates.Job, reason string, err error) error {
	e := ops.AsError(err)
	if p.wantsJSON() || e.Code == ops.CodeInternal {
		if seconds := retryAfter(e); seconds > 0 {
			p.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
		}

		return err
	}

	form := templates.TriggerForm{Job: job, Reason: reason}

	switch fields := ops.FieldErrors(err); {
	case len(fields) > 0:
		form.ReasonError = sentenceOf(fields[0].Message)
	default:
		form.Problem = e.Message

		if seconds := retryAfter(e); seconds > 0 {
			until := p.now.Add(time.Duration(seconds) * time.Second)
			form.Job.CooldownUntil = &until
		}
	}

	return h.showTriggerForm(p, e.Code.HTTPStatus(), form)
}

// retryAfter is the seconds that a RATE_LIMIT_EXCEEDED names, 0 when it names none.
func retryAfter(e *ops.Error) int {
	switch seconds := e.Details["retry_after_seconds"].(type) {
	case int:
		return seconds
	case int64:
		return int(seconds)
	case float64:
		return int(seconds)
	default:
		return 0
	}
}

// receiptURL keeps in the address what the counters were before, so that the receipt
// can be opened again.
func receiptURL(triggered ops.JobTriggered, before monitor.JobFigures) string {
	query := url.Values{"at": {triggered.TriggeredAt.UTC().Format(time.RFC3339)}}

	for name, value := range map[string]*float64{"success": before.Successes, "failed": before.Failures} {
		if value != nil {
			query.Set(name, strconv.FormatFloat(*value, 'f', -1, 64))
		}
	}

	return fmt.Sprintf("/jobs/%s/receipt?%s", triggered.JobName, query.Encode())
}

// receipt shows what came of a run.
func (h *Handlers) receipt(p *page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	at, err := time.Parse(time.RFC3339, p.QueryParam("at"))
	if err != nil || job.LastTrigger == nil {
		return ops.NotFound("receipt", job.Name)
	}

	triggered := ops.JobTriggered{
		JobName: job.Name, TriggeredAt: ops.At(at), TriggeredBy: job.LastTrigger.By, Reason: job.LastTrigger.Reason, Status: "queued",
	}
	before := monitor.JobFigures{Successes: number(p.QueryParam("success")), Failures: number(p.QueryParam("failed"))}
	view := h.receiptView(p, triggered, before, p.Request().URL.RequestURI())

	return p.answer(answer{
		data: view, full: templates.ReceiptPage(h.shell(p, "jobs", "Run of "+string(job.Name)), view),
		fragment: templates.ReceiptDialog(view),
	})
}

func (h *Handlers) receiptView(
	p *page, triggered ops.JobTriggered, before monitor.JobFigures, location string,
) templates.Receipt {
	metrics := h.Monitor.Snapshot().Metrics
	view := templates.Receipt{JobTriggered: triggered, URL: location, Now: p.now}

	var after monitor.JobFigures
	if metrics.AsOf.After(triggered.TriggeredAt.Time) {
		after = metrics.Value.Job(triggered.JobName)
	}

	view.Counters = []templates.Counter{
		{Name: "Successful runs", Before: before.Successes, After: after.Successes},
		{Name: "Failed runs", Before: before.Failures, After: after.Failures},
	}

	more := delta(before.Successes, after.Successes) + delta(before.Failures, after.Failures)

	switch {
	case more == 0 && p.now.Sub(triggered.TriggeredAt.Time) > triggers.Cooldown:
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

func delta(before, after *float64) float64 {
	if before == nil || after == nil || *after < *before {
		return 0
	}

	return *after - *before
}

func number(s string) *float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 {
		return nil
	}

	return &n
}
