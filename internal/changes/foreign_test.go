package changes_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// foreign is a control plane with bounds of its own, far above ours.
type foreign struct {
	ops.Service

	limits  ops.ConcurrencyConfig
	message ops.MaintenanceMode
}

func (f *foreign) GetConcurrencyConfig(context.Context) (ops.ConcurrencyConfig, error) {
	return f.limits, nil
}

func (f *foreign) UpdateConcurrencyConfig(_ context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	f.limits = ops.ConcurrencyConfig{PerAnalyst: u.PerAnalyst, ClusterTotal: u.ClusterTotal}

	return f.limits, nil
}

func (f *foreign) GetMaintenanceMode(context.Context) (ops.MaintenanceMode, error) {
	return f.message, nil
}

func (f *foreign) SetMaintenanceMode(_ context.Context, u ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	f.message = ops.MaintenanceMode{Enabled: u.Enabled, Message: u.Message}

	return f.message, nil
}

// TestWhatAControlPlaneHeldCanBeRestored changes a value and brings it back. It is none
// that could be typed into the form, but there it was.
func TestWhatAControlPlaneHeldCanBeRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		plane := &foreign{
			Service: w.plain, limits: ops.ConcurrencyConfig{PerAnalyst: 500, ClusterTotal: 5000},
			message: ops.MaintenanceMode{Message: strings.Repeat("ü", ops.MessageMax+1)},
		}

		for section, values := range map[ops.SectionName]ops.Values{
			ops.SectionConcurrency: {"per_analyst": int64(7)}, // the total beside it stays
			ops.SectionMaintenance: {"message": "Short"},
		} {
			before, err := w.Current(t.Context(), plane, section)
			if err != nil {
				t.Fatal(err)
			}

			typed := before.Values.Clone() // as a form sends all its fields
			maps.Copy(typed, values)

			changed := applied(t, w, plane, changes.Request{
				Section: section, Revision: before.Revision, Values: typed, Reason: "lower it for the test", Source: changes.SourceConsole,
			})

			now, err := w.Current(t.Context(), plane, section)
			if err != nil {
				t.Fatal(err)
			}

			request, err := w.RestoreRequest(t.Context(), changed.ID, now.Revision, "bring it back as it was")
			if err != nil {
				t.Fatal(err)
			}

			request.Confirm = "test"
			applied(t, w, plane, request)

			after, err := w.Current(t.Context(), plane, section)
			if err != nil {
				t.Fatal(err)
			}

			if d := before.Section.Diff(before.Values, after.Values); len(d) > 0 {
				t.Errorf("%s is not restored: %d fields differ", section, len(d))
			}
		}

		now, err := w.Current(t.Context(), plane, ops.SectionConcurrency)
		if err != nil {
			t.Fatal(err)
		}

		// Nobody types what is out of bounds.
		_, err = w.Apply(t.Context(), plane, dave, request(now.Revision, 501))
		if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.per_analyst" || fields[0].Type != "range" {
			t.Errorf("got %v, want a refusal of 501", err)
		}
	})
}

func applied(t *testing.T, w *world, plane ops.Service, request changes.Request) changes.Change {
	t.Helper()

	request.Confirm = "test"

	result, err := w.Apply(t.Context(), plane, dave, request)
	if err != nil {
		t.Fatalf("%s: %v", request.Reason, err)
	}

	if result.Change.Outcome != changes.Applied {
		t.Fatalf("%s: got %s, want applied", request.Reason, result.Change.Outcome)
	}

	return result.Change
}
