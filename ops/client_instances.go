package ops

import (
	"context"
	"net/http"
	"strconv"
)

// CreateInstance implements [Instances].
func (s session) CreateInstance(ctx context.Context, request InstanceRequest) (Instance, error) {
	return fetch[Instance](ctx, s, post("/api/instances", request), "id", "status")
}

// ListInstances implements [Instances].
func (s session) ListInstances(ctx context.Context, query InstancesQuery) (InstancesPage, error) {
	c := get("/api/instances")
	c.query = parameters{}.
		text("owner", query.Owner).text("status", string(query.Status)).text("search", query.Search).
		number("offset", query.Offset).number("limit", query.Limit)

	t, a, err := s.send(ctx, c)
	if err != nil {
		return InstancesPage{}, err
	}

	var envelope struct {
		Data []Instance `json:"data"`
		Meta struct {
			Total  int `json:"total"`
			Limit  int `json:"limit"`
			Offset int `json:"offset"`
		} `json:"meta"`
	}

	if err := t.decode(a.body, &envelope, "data", "meta.total", "meta.limit", "meta.offset"); err != nil {
		return InstancesPage{}, err
	}

	return InstancesPage{
		Instances: envelope.Data,
		Total:     envelope.Meta.Total, Limit: envelope.Meta.Limit, Offset: envelope.Meta.Offset,
	}, nil
}

// GetInstance implements [Instances].
func (s session) GetInstance(ctx context.Context, id int64) (Instance, error) {
	return fetch[Instance](ctx, s, get(instancePath(id)), "id", "status")
}

// DeleteInstance implements [Instances].
func (s session) DeleteInstance(ctx context.Context, id int64) error {
	t, a, err := s.send(ctx, call{method: http.MethodDelete, path: instancePath(id)})
	if err != nil || len(a.body) == 0 {
		return err
	}

	// A page that says 200 deleted nothing that we know of.
	return t.decode(a.body, &struct{}{})
}

func instancePath(id int64) string { return "/api/instances/" + strconv.FormatInt(id, 10) }

// SuspendInstance implements [Instances].
func (s session) SuspendInstance(ctx context.Context, id int64) (Instance, error) {
	return fetch[Instance](ctx, s, optional(post(instancePath(id)+"/"+string(CallSuspend), nil), "suspend instances"), "id", "status")
}

// ResumeInstance implements [Instances].
func (s session) ResumeInstance(ctx context.Context, id int64) (Instance, error) {
	return fetch[Instance](ctx, s, optional(post(instancePath(id)+"/"+string(CallResume), nil), "resume instances"), "id", "status")
}

// UpdateInstanceLifecycle implements [Instances].
func (s session) UpdateInstanceLifecycle(ctx context.Context, id int64, update InstanceLifecycle) (Instance, error) {
	change := put(instancePath(id)+"/"+string(CallLifecycle), update)

	return fetch[Instance](ctx, s, optional(change, "change how long instances live"), "id", "status")
}

// GetInstanceEvents implements [Instances].
func (s session) GetInstanceEvents(ctx context.Context, id int64, query InstanceEventsQuery) ([]InstanceEvent, error) {
	c := optional(get(instancePath(id)+"/events"), "tell the events of instances")
	c.query = parameters{}.number("offset", query.Offset).number("limit", query.Limit)

	return fetch[[]InstanceEvent](ctx, s, c)
}

// optional marks a call that a control plane may lack; does says what it then cannot do.
func optional(c call, does string) call {
	c.optional = does

	return c
}
