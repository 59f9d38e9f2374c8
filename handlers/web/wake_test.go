package web_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

type wakes int

func (w *wakes) Wake() { *w++ }

func TestWhoIsRefusedWakesNobody(t *testing.T) {
	t.Parallel()

	for want, errs := range map[wakes][]error{
		0: {
			ops.Invalid([]ops.FieldError{{Field: "body.reason", Message: "is required", Type: "missing"}}),
			ops.NotFound("change", 7), ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin), &changes.ConflictError{},
			fmt.Errorf("save: %w", ops.Unavailable(ops.ServiceControlPlane, "it is down")),
		},
		1: {nil, errors.New("the connection broke"), fmt.Errorf("%w: %w", ops.ErrOutcomeUnknown, ops.Unavailable(ops.ServiceControlPlane, "no answer"))},
	} {
		for _, err := range errs {
			var got wakes
			if web.WakeUnlessRefused(&got, err); got != want {
				t.Errorf("%v: the control plane is looked at %d times, want %d", err, got, want)
			}
		}
	}
}
