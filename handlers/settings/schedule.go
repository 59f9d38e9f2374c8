package settings

import (
	"net/http"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	scheduledview "github.com/graph-olap/opsconsole/templates/scheduled"
)

// when takes when a change is to be made, and for how long.
func (h *Handlers) when(p *web.Page, f *web.Fields, in input, request *changes.Request) {
	at, errs := h.Changes.ParseAt(p.Moment(f, web.AtField))
	f.RefuseAll(errs)

	request.At = at
	if at.IsZero() {
		request.Term, errs = h.Changes.ParseTerm(in.meta["duration"], p.Until(f), in.meta["confirm_within"])
	} else {
		request.Term, errs = changes.ParseTermFrom(at, in.meta["duration"], p.Until(f), in.meta["confirm_within"])
	}

	f.RefuseAll(errs)
}

// lookAhead has a review tell what the change meets at its time. What is wrong with that is said once it is sent.
func (h *Handlers) lookAhead(p *web.Page, f *web.Fields, in input, request *changes.Request) {
	h.when(p, f, in, request)

	if !f.OK() {
		request.Term = nil
	}
}

// schedule has a change made at its time.
func (h *Handlers) schedule(p *web.Page, request changes.Request, refused func(error) error) error {
	s, err := h.Changes.Schedule(p.Ctx(), p.Service(h.Platform), p.Actor(), request)
	web.WakeUnlessRefused(h.Monitor, err)

	if err != nil {
		return refused(err)
	}

	return h.showScheduled(p, s)
}

// accepted is the answer to a change that was scheduled, in JSON.
type accepted struct {
	Scheduled scheduled.Change `json:"scheduled"`
	// Revision is what it is moved, cancelled and made against.
	Revision int64 `json:"revision"`
}

// showScheduled answers a change that was scheduled.
func (h *Handlers) showScheduled(p *web.Page, s scheduled.Change) error {
	if !p.WantsJSON() {
		return p.SeeOther(scheduledview.Path(s.ID))
	}

	revision, err := h.Changes.ScheduledRevision(p.Ctx(), s)
	if err != nil {
		return err
	}

	p.Response().Header().Set("Location", scheduledview.Path(s.ID))

	return p.JSON(http.StatusAccepted, accepted{Scheduled: s, Revision: revision})
}
