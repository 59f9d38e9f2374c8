package instances

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/instances"
)

// severalObject is several instances in the audit log.
const severalObject = "instances"

// Review shows who is hit by terminating the instances in the address.
func (h *Handlers) Review(p *web.Page) error {
	var ids []int64

	for _, text := range p.QueryParams()["id"] {
		id, err := web.ParseID("instance", text)
		if err != nil {
			return err
		}

		ids = append(ids, id)
	}

	if errs := checkIDs("query.id", ids); len(errs) > 0 {
		return ops.Invalid(errs)
	}

	return h.showReview(p, http.StatusOK, listed{shown: ids, ticked: ids}, pages.Review{})
}

// listed are the instances that a review shows, and those of them that are to end.
type listed struct{ shown, ticked []int64 }

// checkIDs wants 1 to 50 that differ.
func checkIDs(field string, ids []int64) []ops.FieldError {
	seen := map[int64]bool{}

	for _, id := range ids {
		if id < 1 {
			return []ops.FieldError{{Field: field, Message: "must be numbers of instances", Type: "range"}}
		}

		if seen[id] {
			return []ops.FieldError{{Field: field, Message: "names instance " + strconv.FormatInt(id, 10) + " twice", Type: "duplicate"}}
		}

		seen[id] = true
	}

	if len(ids) == 0 {
		return []ops.FieldError{{Field: field, Message: "is empty: select the instances to terminate", Type: "missing"}}
	}

	if len(ids) > acts.Most {
		return []ops.FieldError{{
			Field: field, Type: "too_long",
			Message: fmt.Sprintf("names %d instances: at most %d can be terminated at once", len(ids), acts.Most),
		}}
	}

	return nil
}

func (h *Handlers) showReview(p *web.Page, status int, ids listed, view pages.Review) error {
	view.Items, view.Now, view.RequestID = h.read(p, ids.shown), p.Now, p.RequestID()
	for at, id := range ids.shown {
		view.Items[at].Ticked = slices.Contains(ids.ticked, id)
	}

	list, err := json.Marshal(ids.ticked)
	if err != nil {
		return err
	}

	form := snippet.Form{
		Path: []string{"instances", "terminate"}, Asked: []string{"reason"}, Typed: url.Values{"reason": {view.Reason}},
		IDs: string(list),
	}
	view.Snippets = form.Snippets(h.PublicURL)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.ReviewPage(h.Shell(p, "instances", view.Title()), view)})
}

// readTogether is how many instances are read at the same time.
const readTogether = 8

// read reads the instances, and says of those that cannot be read why.
func (h *Handlers) read(p *web.Page, ids []int64) []pages.Ask {
	service := p.Instances(h.Platform)
	out := make([]pages.Ask, len(ids))

	var reads sync.WaitGroup

	slots := make(chan struct{}, readTogether)

	for at, id := range ids {
		slots <- struct{}{}

		reads.Go(func() {
			defer func() { <-slots }()

			instance, err := service.GetInstance(p.Ctx(), id)

			out[at] = pages.Ask{Instance: instance}
			if err != nil {
				out[at] = pages.Ask{Instance: ops.Instance{ID: id}, Problem: web.Sentences(ops.AsError(err).Message)}
			}
		})
	}

	reads.Wait()

	return out
}

// Several terminates several instances.
func (h *Handlers) Several(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return h.Acts.Refuse(p.Ctx(), p.Actor(), acts.Terminate, severalObject, "", err)
	}

	ids, errs := idsOf(f)
	shown, reason := listedIn(f, ids), f.Text("reason")

	f.RefuseAll(errs)

	err = f.Done()
	if err == nil {
		err = ops.Invalid(changes.CheckReason(reason))
	}

	if err != nil {
		return h.reviewRefused(p, shown, reason, h.Acts.Refuse(p.Ctx(), p.Actor(), acts.Terminate, severalObject, reason, err))
	}

	var subjects []ops.Instance
	for _, item := range h.read(p, ids) {
		subjects = append(subjects, item.Instance) // what could not be read is asked for all the same
	}

	done, err := h.Acts.TerminateAll(p.Ctx(), p.Instances(h.Platform), p.Actor(), reason, subjects)
	if err != nil {
		return h.reviewRefused(p, shown, reason, err)
	}

	h.Monitor.Wake()

	return h.sendResults(p, done)
}

// idsOf takes the instances: ids in JSON, a field for each that is ticked in a form.
func idsOf(f *web.Fields) (ids []int64, errs []ops.FieldError) {
	if f.IsForm() {
		for _, text := range f.Texts("id") {
			id, err := web.ParseID("instance", text)
			if err != nil {
				return nil, []ops.FieldError{{Field: "body.id", Message: "must be the number of an instance", Type: "int_parsing"}}
			}

			ids = append(ids, id)
		}

		return ids, checkIDs("body.id", ids)
	}

	raw := f.JSON("ids")
	if raw != nil && json.Unmarshal(raw, &ids) != nil {
		return nil, []ops.FieldError{{Field: "body.ids", Message: "must be an array of numbers of instances", Type: "array_type"}}
	}

	return ids, checkIDs("body.ids", ids)
}

// listedIn is what the review showed that a form was sent from; the last that was ticked may have been unticked.
func listedIn(f *web.Fields, ticked []int64) listed {
	if !f.IsForm() {
		return listed{}
	}

	var shown []int64

	for _, text := range f.Texts("listed") {
		if id, err := web.ParseID("instance", text); err == nil {
			shown = append(shown, id)
		}
	}

	if len(checkIDs("body.listed", shown)) > 0 {
		shown = ticked
	}

	return listed{shown: shown, ticked: ticked}
}

func (h *Handlers) reviewRefused(p *web.Page, ids listed, reason string, cause error) error {
	if len(checkIDs("body.id", ids.shown)) > 0 { // there is nothing to show again
		return cause
	}

	return p.Refused(cause, web.Has("reason"), func(status int, wrong web.Wrong) error {
		return h.showReview(p, status, ids, pages.Review{Reason: reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem})
	})
}

// sendResults answers what became of several.
func (h *Handlers) sendResults(p *web.Page, done acts.Several) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusOK, map[string]any{"results": done.Results})
	}

	return p.SeeOther(pages.ResultsURL(done.Entry))
}

// SeveralAgain answers the termination of several once more.
func (h *Handlers) SeveralAgain(p *web.Page, intent audit.Entry) error {
	done, err := h.Acts.Several(p.Ctx(), intent.Seq)
	if err != nil {
		return err
	}

	return h.sendResults(p, done)
}

// Results says what became of several, and looks at those of which that was not known.
func (h *Handlers) Results(p *web.Page) error {
	seq, err := web.ParseID("termination of instances", p.QueryParam("entry"))
	if err != nil {
		return err
	}

	done, err := h.Acts.Several(p.Ctx(), seq)
	if err != nil {
		return err
	}

	view := pages.Results{Entry: seq, Now: p.Now}
	service := p.Instances(h.Platform)

	for at, result := range done.Results {
		r := pages.Result{Result: result, Subject: done.Subjects[at]}

		if result.Outcome == acts.Unknown {
			switch now, err := service.GetInstance(p.Ctx(), result.ID); {
			case err == nil && acts.Shows(now, acts.Terminate, ""):
				r.Since = "Already stopping"
			case err != nil && ops.AsError(err).Code == ops.CodeNotFound:
				r.Since = "Already gone"
			}
		}

		view.Items = append(view.Items, r)
	}

	return p.Answer(web.Answer{Data: view, Full: pages.ResultsPage(h.Shell(p, "instances", view.Title()), view)})
}
