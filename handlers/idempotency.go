package handlers

import (
	"errors"
	"log/slog"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/ops"
)

// again answers what an act came to, as it stands now; act is the entry of the audit log that
// was written first.
type again func(p *web.Page, act audit.Entry) error

// acts are the routes that do something once for a key, and how each says once more what came
// of it, by method and path. Every other one that is no read looks ahead.
func (c *console) acts() map[string]again {
	return map[string]again{
		"POST /config/:section":                      c.settings.SavedAgain,
		"POST /history/:id/restore":                  c.settings.RestoredAgain,
		"POST /history/:id/keep":                     c.record.KeptAgain,
		"POST /points":                               c.settings.PointAgain,
		"POST /points/:id/restore":                   c.settings.PointRestoredAgain,
		"POST /leases/:id/:act":                      c.leases.Again,
		"POST /scheduled/:id/:act":                   c.scheduled.Again,
		"POST /sessions/:id/end":                     c.session.EndedAgain,
		"POST /sessions/end":                         c.session.EndedAgain,
		"POST /jobs/:name/trigger":                   c.platform.TriggeredAgain,
		"POST /instances/terminate":                  c.instances.SeveralAgain,
		"POST /instances/:id/:act":                   c.instances.Again,
		"POST /maintenance/windows":                  c.windows.AnnouncedAgain,
		"PATCH /maintenance/windows/:id":             c.windows.Again,
		"POST /maintenance/windows/:id":              c.windows.Again,
		"POST /maintenance/windows/:id/:act":         c.windows.Again,
		"POST /maintenance/windows/:id/updates":      c.windows.UpdatedAgain,
		"POST /maintenance/templates":                c.windows.TemplateAgain,
		"POST /maintenance/templates/:id/delete":     c.windows.TemplateDeletedAgain,
		"POST /maintenance/webhooks":                 c.webhooks.CreatedAgain,
		"PATCH /maintenance/webhooks/:id":            c.webhooks.UpdatedAgain,
		"POST /maintenance/webhooks/:id":             c.webhooks.UpdatedAgain,
		"POST /maintenance/webhooks/:id/:act":        c.webhooks.ActedAgain,
		"POST /maintenance/deliveries/:id/redeliver": c.webhooks.RedeliveredAgain,
		"POST /approvals/:id/:act":                   c.approvals.Again,
	}
}

// once answers the request, and does what it asks for once for its key. Whoever asks is
// known by then, and may.
func (c *console) once(p *web.Page, r *served) error {
	if r.again != nil {
		return c.onceOnly(p, r)
	}

	return r.handle(p)
}

func (c *console) onceOnly(p *web.Page, r *served) error {
	act, err := p.Claim(c.Keys)

	switch {
	case errors.Is(err, idempotency.ErrUnused):
		return err
	case err != nil:
		return untold(err)
	case act == nil:
		return c.first(p, r.route)
	case act.Answer != nil && p.WantsJSON():
		return p.Resend(*act.Answer)
	}

	intent, ok, err := c.Audit.Get(p.Ctx(), act.Intent)
	if err == nil && !ok {
		err = ops.NotFound("audit entry", act.Intent)
	}

	switch {
	case err != nil:
	case intent.Action == audit.ApprovalRequest: // it waits, or was decided about since
		err = c.approvals.AskedAgain(p, intent)
	default:
		err = r.again(p, intent)
	}

	return untold(err)
}

// untold is why it cannot be told what came of a key. Whatever was done under it before was done.
func untold(err error) error {
	if err != nil && ops.AsError(err).Code == ops.CodeInternal {
		err = errors.Join(err, web.ErrUntold)
	}

	return err
}

// first does what was asked for, and keeps the answer, also when nobody waits for it any more.
func (c *console) first(p *web.Page, r route) (err error) {
	defer func() {
		if unkept := p.Finish(err); unkept != nil { // what was done is known all the same
			c.Logger.ErrorContext(p.Ctx(), "an idempotency key could not be finished",
				slog.String("request_id", p.RequestID()), slog.Any("error", unkept))
		}
	}()

	return c.guarded(p, r)
}
