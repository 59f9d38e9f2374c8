package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// instanceForms are the forms that do something to instances.
func instanceForms(w *handlerstest.World) []pageForm {
	one := func(status ops.InstanceStatus) string {
		return fmt.Sprint("/instances/", w.Instance("alice", "fraud", status, time.Hour))
	}
	because := func(more ...string) url.Values {
		out := url.Values{"reason": {"as it has to be"}}
		if len(more) > 0 {
			out.Set(more[0], more[1])
		}

		return out
	}

	var forms []pageForm

	for _, f := range []struct {
		act    string
		status ops.InstanceStatus
		typed  url.Values
	}{
		{"suspend", ops.InstanceRunning, because()},
		{"resume", ops.InstanceSuspended, because()},
		{"extend", ops.InstanceRunning, because("ttl", "36h")},
		{"terminate", ops.InstanceFailed, because()},
	} {
		path := one(f.status) + "/" + f.act
		forms = append(forms, pageForm{path, path, f.typed})
	}

	id := w.Instance("alice", "churn", ops.InstanceFailed, time.Hour)

	return append(forms, pageForm{fmt.Sprint("/instances/terminate?id=", id), "/instances/terminate", because()})
}

// heldInstances does all that can be done to instances.
func heldInstances(w *handlerstest.World, act func(method, path string, body handlerstest.Object)) {
	running := w.Instance("alice", "fraud", ops.InstanceRunning, time.Hour)
	path := fmt.Sprint("/instances/", running)

	act(http.MethodPost, path+"/extend", handlerstest.Object{"ttl": "PT36H"})
	act(http.MethodPost, path+"/suspend", handlerstest.Object{})
	act(http.MethodPost, path+"/resume", handlerstest.Object{})
	act(http.MethodPost, path+"/terminate", handlerstest.Object{})
	act(http.MethodPost, "/instances/terminate", handlerstest.Object{
		"ids": []int64{w.Instance("alice", "a", ops.InstanceFailed, 0), w.Instance("bob", "b", ops.InstanceRunning, 0)},
	})
}
