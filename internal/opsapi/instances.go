package opsapi

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

func createInstance(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	request, err := readBody(c, instanceRequest)
	if err != nil {
		return answer{}, err
	}

	created, err := s.instances.InstancesAs(caller).CreateInstance(c.Request().Context(), request)

	return answer{status: http.StatusCreated, data: created}, err
}

func getInstance(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}

	found, err := s.instances.InstancesAs(caller).GetInstance(c.Request().Context(), id)

	return answer{status: http.StatusOK, data: found}, err
}

func deleteInstance(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}

	return answer{status: http.StatusNoContent}, s.instances.InstancesAs(caller).DeleteInstance(c.Request().Context(), id)
}

func instanceID(c echo.Context) (int64, error) {
	id, p := parseNumber(c.Param("id"), "int_parsing")
	if p.kind != "" {
		return 0, wrong("path.instance_id", p.kind, p.message)
	}

	return int64(id), nil
}

// actOn is what is done to one instance, for which nothing is sent.
func actOn(call func(ops.Instances, context.Context, int64) (ops.Instance, error)) operation {
	return func(s *server, caller ops.Caller, c echo.Context) (answer, error) {
		id, err := instanceID(c)
		if err != nil {
			return answer{}, err
		}

		data, err := call(s.instances.InstancesAs(caller), c.Request().Context(), id)

		return answer{status: http.StatusOK, data: data}, err
	}
}

func updateInstanceLifecycle(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}

	update, err := readBody(c, instanceLifecycle)
	if err != nil {
		return answer{}, err
	}

	data, err := s.instances.InstancesAs(caller).UpdateInstanceLifecycle(c.Request().Context(), id, update)

	return answer{status: http.StatusOK, data: data}, err
}

func instanceEvents(s *server, caller ops.Caller, c echo.Context) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}

	q := newQuery(c)
	wanted := ops.InstanceEventsQuery{Offset: q.number("offset", 0), Limit: q.number("limit", 1)}

	if err := q.found.err(); err != nil {
		return answer{}, err
	}

	data, err := s.instances.InstancesAs(caller).GetInstanceEvents(c.Request().Context(), id, wanted)

	return answer{status: http.StatusOK, data: data}, err
}
