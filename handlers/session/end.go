package session

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/session"
)

const listPath = "/sessions"

// ending is what is to be ended: one session, or all of somebody.
type ending struct {
	sessions []auth.Session
	// subject is whose they all are, "" for one session.
	subject string
}

// ended is a session that was ended, as the audit log and the answer have it.
type ended struct {
	ID         string    `json:"id"`
	Username   string    `json:"username"`
	Issuer     string    `json:"issuer"`
	Subject    string    `json:"subject"`
	SignedInAt time.Time `json:"signed_in_at"`
}

// EndForm asks why a session is to end.
func (h *Handlers) EndForm(p *web.Page) error {
	e, err := h.one(p)
	if err != nil {
		return err
	}

	return h.showEnd(p, http.StatusOK, e, pages.End{})
}

// EndAllForm asks why all sessions of somebody are to end.
func (h *Handlers) EndAllForm(p *web.Page) error {
	e, err := h.allOf(p, p.QueryParam("subject"))
	if err != nil {
		return err
	}

	return h.showEnd(p, http.StatusOK, e, pages.End{})
}

// End ends a session.
func (h *Handlers) End(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return err
	}

	e, err := h.one(p)
	if err != nil {
		return err
	}

	return h.end(p, f, e)
}

// EndAll ends all sessions of somebody.
func (h *Handlers) EndAll(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return err
	}

	subject := f.Text("subject")
	if subject == "" {
		f.Refuse("subject", "missing", "says whose sessions end: the subject of one of them")

		return f.Done()
	}

	e, err := h.allOf(p, subject)
	if err != nil {
		return err
	}

	return h.end(p, f, e)
}

func (h *Handlers) one(p *web.Page) (ending, error) {
	one, err := h.Auth.Session(p.Ctx(), p.Param("id"))

	return ending{sessions: []auth.Session{one}}, err
}

func (h *Handlers) allOf(p *web.Page, subject string) (ending, error) {
	sessions, err := h.Auth.SessionsOf(p.Ctx(), subject)

	return ending{sessions: sessions, subject: subject}, err
}

func (h *Handlers) showEnd(p *web.Page, status int, e ending, view pages.End) error {
	for _, one := range e.sessions {
		view.Items = append(view.Items, viewOf(one, one.IsOf(p.Who)))
	}

	form := snippet.Form{
		Path: []string{"sessions", p.Param("id"), "end"}, Asked: []string{"reason"}, Typed: url.Values{"reason": {view.Reason}},
	}
	view.All, view.Now, view.RequestID = e.subject != "", p.Now, p.RequestID()

	if view.All {
		form.Path, form.Asked = []string{"sessions", "end"}, []string{"subject", "reason"}
		form.Typed.Set("subject", e.subject)
	}

	view.Snippets = form.Snippets(h.PublicURL)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.EndPage(h.Shell(p, "sessions", view.Title()), view)})
}

// end writes the intent, ends the sessions, and writes that it was done. Whoever ends their own
// signs out.
func (h *Handlers) end(p *web.Page, f *web.Fields, e ending) error {
	reason := f.Text("reason")

	err := f.Done()
	if err == nil {
		err = ops.Invalid(changes.CheckReason(reason))
	}

	if err != nil {
		return p.Refused(err, web.Has("reason"), func(status int, wrong web.Wrong) error {
			return h.showEnd(p, status, e, pages.End{Reason: reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem})
		})
	}

	entry, list, err := e.entry(p, reason)
	if err != nil {
		return err
	}

	intent, err := h.Audit.Record(p.Ctx(), p.Actor(), entry)
	if err != nil {
		return err
	}

	// The browser may be gone; what was begun goes on, and what happened is written.
	ctx := context.WithoutCancel(p.Ctx())
	out, err := h.endAt(ctx, p, e)
	entry.Intent, entry.Outcome, entry.Before = intent.Seq, audit.Done, nil

	if err != nil {
		entry.Outcome = audit.Unknown
		entry.Message = "The sessions have ended here, and end elsewhere once the database accepts writes again."
	}

	if _, logErr := h.Audit.Record(ctx, p.Actor(), entry); err != nil || logErr != nil {
		return errors.Join(err, logErr, ops.ErrOutcomeUnknown)
	}

	if out != nil && !p.WantsJSON() {
		return h.leave(p, *out)
	}

	return sendEnded(p, list)
}

// endAt ends the sessions; out is how the own one ended, nil when it is not among them.
func (h *Handlers) endAt(ctx context.Context, p *web.Page, e ending) (out *auth.SignedOut, err error) {
	isOwn := func(one auth.Session) bool { return one.IsOf(p.Who) }
	others := slices.DeleteFunc(slices.Clone(e.sessions), isOwn)

	err = h.Auth.EndSessions(ctx, others...)

	if len(others) < len(e.sessions) {
		own, ownErr := h.Auth.SignOut(p.Response(), p.Request().WithContext(ctx))

		return &own, errors.Join(err, ownErr)
	}

	return nil, err
}

// entry is the intent in the audit log.
func (e ending) entry(p *web.Page, reason string) (audit.Entry, []ended, error) {
	list := make([]ended, len(e.sessions))
	for i, one := range e.sessions {
		list[i] = ended{one.ID, one.Username, one.Issuer, one.Subject, one.SignedInAt}
	}

	before, err := json.Marshal(list)
	entry := p.Entry(audit.SessionEnd, "sessions", reason)
	entry.Outcome, entry.Before = audit.Intent, before

	if e.subject != "" {
		entry.Object = "subjects/" + ops.Clip(e.subject)
	}

	return entry, list, err
}

func sendEnded(p *web.Page, list any) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusOK, map[string]any{"ended": list})
	}

	return p.SeeOther(listPath)
}

// EndedAgain answers once more what was ended.
func (h *Handlers) EndedAgain(p *web.Page, act audit.Entry) error { return sendEnded(p, act.Before) }
