package instances

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/humantime"
	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/instances"
)

// Form asks for the reason of what is to be done to an instance.
func (h *Handlers) Form(p *web.Page) error {
	act, err := actIn(p)
	if err != nil {
		return err
	}

	instance, err := h.find(p)
	if err != nil {
		return err
	}

	h.askWhatIsLacking(p)

	return h.showForm(p, http.StatusOK, pages.Form{Act: act, Instance: instance})
}

func actIn(p *web.Page) (acts.Act, error) {
	act := acts.Act(p.Param("act"))
	if !slices.Contains(acts.Acts(), act) {
		return "", ops.NotFound("act", ops.Clip(string(act)))
	}

	return act, nil
}

func (h *Handlers) find(p *web.Page) (ops.Instance, error) {
	id, err := p.ID("instance")
	if err != nil {
		return ops.Instance{}, err
	}

	return p.Instances(h.Platform).GetInstance(p.Ctx(), id)
}

func (h *Handlers) showForm(p *web.Page, status int, view pages.Form) error {
	view.Why, view.Now, view.RequestID = h.whyNot(p.Now, view.Act, view.Instance), p.Now, p.RequestID()
	form := snippet.Form{
		Path: []string{"instances", strconv.FormatInt(view.Instance.ID, 10), string(view.Act)}, Asked: []string{"reason"},
		Typed: url.Values{"reason": {view.Reason}},
	}

	switch view.Act {
	case acts.Extend:
		view.Longest = h.Config.LongestInstance(p.Ctx())
		form.Asked = []string{"ttl", "reason"}
		form.Typed.Set("ttl", view.TTL)
	case acts.Resume:
		view.Limit = h.limit(p, view.Instance)
	case acts.Suspend, acts.Terminate:
	}

	view.Snippets = form.Snippets(h.PublicURL)

	return p.Answer(web.Answer{Status: status, Data: view, Full: pages.FormPage(h.Shell(p, "instances", view.Title()), view)})
}

// limit says whose limit resuming counts against.
func (h *Handlers) limit(p *web.Page, i ops.Instance) string {
	switch {
	case h.ResumesForOwner:
		return "Once resumed, it counts against the limit of " + i.OwnerUsername + ", and against the cluster's."
	case i.OwnerUsername == p.Who.Username:
		return "Once resumed, it counts against your own limit, and against the cluster's."
	default:
		return "The control plane counts it against your own limit, not against that of " + i.OwnerUsername +
			": if you already hold as many instances as an analyst may, it refuses. " + i.OwnerUsername + " can resume it too."
	}
}

// Act does it.
func (h *Handlers) Act(p *web.Page) error {
	act, err := actIn(p)
	if err != nil {
		return err
	}

	object := acts.Object(0)
	if id, err := p.ID("instance"); err == nil {
		object = acts.Object(id)
	}

	f, err := p.Fields()
	if err != nil {
		return h.Acts.Refuse(p.Ctx(), p.Actor(), act, object, "", err)
	}

	request, typed := acts.Request{Act: act, Reason: f.Text("reason")}, ""
	if act == acts.Extend {
		typed = f.Text("ttl")
	}

	wrong := f.Done()

	instance, err := h.find(p)
	if err != nil {
		return h.Acts.Refuse(p.Ctx(), p.Actor(), act, object, request.Reason, err)
	}

	if wrong == nil {
		wrong = h.check(p, &request, typed, instance)
	}

	if wrong != nil {
		return h.refused(p, request, typed, instance, h.Acts.Refuse(p.Ctx(), p.Actor(), act, object, request.Reason, wrong))
	}

	after, err := h.Acts.Do(p.Ctx(), p.Instances(h.Platform), p.Actor(), request, instance)
	h.lacks.learn(act, p.Now, err)
	web.WakeUnlessRefused(h.Monitor, err)

	if err != nil {
		return h.refused(p, request, typed, instance, err)
	}

	return h.send(p, act, instance.ID, after)
}

// check checks what was typed, and puts the time to live into the request.
func (h *Handlers) check(p *web.Page, request *acts.Request, typed string, i ops.Instance) error {
	errs := changes.CheckReason(request.Reason)

	if request.Act == acts.Extend {
		var err error
		if request.TTL, err = humantime.ParseDuration(typed); err != nil {
			errs = append(errs, wrongTTL("duration", "must be a duration: write 36h, 1d 12h or P1DT12H")...)
		} else {
			errs = append(errs, extends(i, request.TTL, h.Config.LongestInstance(p.Ctx()))...)
		}
	}

	return ops.Invalid(errs)
}

// extends refuses a time to live that is no longer than before, or longer than is allowed.
func extends(i ops.Instance, ttl, longest string) []ops.FieldError {
	wanted, err := ops.ReadDuration(ttl)
	if err != nil {
		return wrongTTL("duration", err.Error())
	}

	if i.TTL == nil || *i.TTL == "" { // a time to live would end it
		return wrongTTL("too_short", "must be longer than it is: the instance never ends by itself")
	}

	if before, err := ops.ReadDuration(*i.TTL); err == nil && wanted <= before {
		return wrongTTL("too_short", "must be longer than it is, "+*i.TTL)
	}

	if allowed, err := ops.ReadDuration(longest); err == nil && wanted > allowed {
		return wrongTTL("greater_than_max_ttl", "is longer than the longest allowed, "+longest)
	}

	return nil
}

func wrongTTL(kind, message string) []ops.FieldError {
	return []ops.FieldError{{Field: "body.ttl", Message: message, Type: kind}}
}

// refused shows the form again with what was typed.
func (h *Handlers) refused(p *web.Page, request acts.Request, typed string, i ops.Instance, cause error) error {
	return p.Refused(cause, web.Has("reason", "ttl"), func(status int, wrong web.Wrong) error {
		return h.showForm(p, status, pages.Form{
			Act: request.Act, Instance: i, TTL: typed, TTLError: wrong.Fields["ttl"],
			Reason: request.Reason, ReasonError: wrong.Fields["reason"], Problem: wrong.Problem,
		})
	})
}

// send answers an act that was done.
func (h *Handlers) send(p *web.Page, act acts.Act, id int64, after *ops.Instance) error {
	if p.WantsJSON() {
		return p.JSON(http.StatusOK, map[string]any{
			"results": []acts.Result{{ID: id, Outcome: act.Done()}}, "instance": after,
		})
	}

	if act == acts.Terminate {
		return p.SeeOther(pages.Query{}.URL())
	}

	return p.SeeOther(pages.Path(id))
}

// Again answers an act once more.
func (h *Handlers) Again(p *web.Page, intent audit.Entry) error {
	act, err := actIn(p)
	if err != nil {
		return err
	}

	id, err := p.ID("instance")
	if err != nil {
		return err
	}

	if err := h.Acts.Again(p.Ctx(), intent); err != nil {
		instance, missing := h.find(p)
		if missing != nil {
			return errors.Join(err, missing)
		}

		return h.refused(p, acts.Request{Act: act, Reason: intent.Reason}, "", instance, err)
	}

	return h.send(p, act, id, h.asItIs(p, act))
}

// asItIs is the instance for an answer that is given once more, nil where it ended or cannot be read now.
func (h *Handlers) asItIs(p *web.Page, act acts.Act) *ops.Instance {
	if act == acts.Terminate {
		return nil
	}

	instance, err := h.find(p)
	if err != nil {
		return nil
	}

	return &instance
}
