package platform

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// TriggerForm asks for the reason of a run.
func (h *Handlers) TriggerForm(p *web.Page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	reason, err := h.retryReason(p, job.Name)
	if err != nil {
		return err
	}

	return h.showTriggerForm(p, http.StatusOK, pages.TriggerForm{Job: job, Reason: reason})
}

// retryReason is why a job is run again after the run in the address, "" where there is none.
func (h *Handlers) retryReason(p *web.Page, job ops.JobName) (string, error) {
	text := p.QueryParam("run")
	if text == "" {
		return "", nil
	}

	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", ops.NotFound("run", ops.Clip(text))
	}

	run, err := h.Runs.Get(p.Ctx(), job, id)
	if err != nil {
		return "", err
	}

	return pages.RetryReason(run), nil
}

func (h *Handlers) showTriggerForm(p *web.Page, status int, view pages.TriggerForm) error {
	view.Now, view.RequestID, view.Tickets = p.Now, p.RequestID(), h.Tickets

	title := "Run " + string(view.Job.Name)
	if !view.Job.Triggerable {
		title = string(view.Job.Name) + " runs by schedule only"
	}

	return p.Answer(web.Answer{
		Status: status, Data: view,
		Full: pages.TriggerPage(h.Shell(p, "jobs", title), view), Fragment: pages.TriggerDialog(view),
	})
}

// job is the one in the path, as the monitor knows it.
func (h *Handlers) job(p *web.Page) (pages.Job, error) {
	name := ops.JobName(p.Param("name"))

	for _, job := range h.Monitor.Snapshot().Jobs.Value.Jobs {
		if job.Name == name {
			return h.jobView(p.Ctx(), h.Monitor.Snapshot(), job, p.Now)
		}
	}

	if info := name.Info(); info.Every > 0 { // The control plane has not named it yet.
		return h.jobView(p.Ctx(), h.Monitor.Snapshot(), ops.Job{Name: name}, p.Now)
	}

	return pages.Job{}, ops.NotFound("job", name)
}

// Trigger runs the job now.
func (h *Handlers) Trigger(p *web.Page) error {
	wanted := ops.JobTrigger{JobName: ops.JobName(p.Param("name"))}
	job, unknown := h.job(p)

	f, err := p.Fields()
	if err == nil {
		wanted.Reason = f.Text("reason")
	}

	if err = cmp.Or(unknown, err); err != nil {
		return errors.Join(err, h.Triggers.Refuse(p.Ctx(), p.Actor(), wanted, err))
	}

	if err := f.Done(); err != nil {
		return h.triggerRefused(p, job, wanted.Reason, errors.Join(err, h.Triggers.Refuse(p.Ctx(), p.Actor(), wanted, err)))
	}

	run, err := h.Triggers.Trigger(p.Ctx(), p.Service(h.Platform), p.Actor(), wanted, h.counters(job.Name))
	web.WakeUnlessRefused(h.Monitor, err)

	if err != nil {
		return h.triggerRefused(p, job, wanted.Reason, err)
	}

	return h.sendRun(p, run)
}

// sendRun answers a run that was accepted.
func (h *Handlers) sendRun(p *web.Page, run triggers.Run) error {
	switch {
	case p.WantsJSON():
		return p.JSON(http.StatusOK, run.JobTriggered)
	case p.WantsFragment():
		view, err := h.receiptView(p, run)
		if err != nil {
			return err
		}

		return p.Draw(http.StatusOK, pages.ReceiptDialog(view))
	default:
		return p.SeeOther(receiptURL(run))
	}
}

// TriggeredAgain answers a trigger once more.
func (h *Handlers) TriggeredAgain(p *web.Page, act audit.Entry) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	run, err := h.Triggers.Again(p.Ctx(), job.Name, act.Seq)
	if err != nil {
		return h.triggerRefused(p, job, act.Reason, err)
	}

	return h.sendRun(p, run)
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

// triggerRefused shows the form again with what was typed, and when to try again.
func (h *Handlers) triggerRefused(p *web.Page, job pages.Job, reason string, cause error) error {
	return p.Refused(cause, web.Has("reason"), func(status int, wrong web.Wrong) error {
		if wait := web.Wait(cause); wait > 0 {
			job.CooldownUntil = new(p.Now.Add(wait))
		}

		return h.showTriggerForm(p, status, pages.TriggerForm{
			Job: job, Reason: reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem,
		})
	})
}

// receiptURL names the run by its entry in the audit log, which knows all of it.
func receiptURL(run triggers.Run) string {
	return fmt.Sprintf("/jobs/%s/receipt?entry=%d", run.JobName, run.Entry)
}

// Receipt shows what came of a run.
func (h *Handlers) Receipt(p *web.Page) error {
	job, err := h.job(p)
	if err != nil {
		return err
	}

	seq, err := strconv.ParseInt(p.QueryParam("entry"), 10, 64)
	if err != nil {
		return ops.NotFound("receipt", ops.Clip(p.QueryParam("entry")))
	}

	run, err := h.Triggers.Run(p.Ctx(), job.Name, seq)
	if err != nil {
		return err
	}

	view, err := h.receiptView(p, run)
	if err != nil {
		return err
	}

	return p.Answer(web.Answer{
		Data: view, Full: pages.ReceiptPage(h.Shell(p, "jobs", "Run of "+string(job.Name)), view),
		Fragment: pages.ReceiptDialog(view),
	})
}
