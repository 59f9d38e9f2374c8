package changes_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// foreign is a control plane with bounds of its own, far above ours.
type foreign struct {
	ops.Service

	limits    ops.ConcurrencyConfig
	message   ops.MaintenanceMode
	lifecycle ops.LifecycleConfig
}

func (f *foreign) GetLifecycleConfig(context.Context) (ops.LifecycleConfig, error) {
	return f.lifecycle, nil
}

func (f *foreign) UpdateLifecycleConfig(_ context.Context, u ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	f.lifecycle = f.lifecycle.With(u)

	return ops.LifecycleUpdated{Updated: true}, nil
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

			request, err := w.RestoreRequest(t.Context(), changed.Change.ID, now.Revision, "bring it back as it was")
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

		// Nobody types what is out of bounds, nor plans it for later, when it may be held no more.
		_, err = w.Apply(t.Context(), plane, dave, request(now.Revision, 501))
		if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Field != "body.per_analyst" || fields[0].Type != "range" {
			t.Errorf("got %v, want a refusal of 501", err)
		}

		_, _, _, err = w.PreviewValues(t.Context(), ops.SectionConcurrency, ops.Values{"per_analyst": int64(500)})
		if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Type != "range" {
			t.Errorf("got %v, want a refusal of 500", err)
		}
	})
}

// TestWhatGoesTogetherElsewhere has a control plane that holds a time to live above its
// maximum. Only whoever touches the two is told that they do not go together.
func TestWhatGoesTogetherElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		const ttl, most = "mapping.default_ttl", "mapping.max_ttl"

		plane := &foreign{Service: w.plain, lifecycle: ops.LifecycleConfig{
			Mapping: ops.LifecycleRule{DefaultTTL: new("P60D"), MaxTTL: new("P30D")},
		}}
		values := func() ops.Values {
			t.Helper()

			current, err := w.Current(t.Context(), plane, ops.SectionLifecycle)
			if err != nil {
				t.Fatal(err)
			}

			return current.Values
		}
		save := func(values ops.Values, reason, duration string) changes.Request {
			t.Helper()

			current, err := w.Current(t.Context(), plane, ops.SectionLifecycle)
			if err != nil {
				t.Fatal(err)
			}

			term, errs := w.ParseTerm(duration, "", "")
			if len(errs) > 0 {
				t.Fatal(errs)
			}

			return changes.Request{
				Section: ops.SectionLifecycle, Revision: current.Revision, Values: values, Reason: reason,
				Source: changes.SourceConsole, Confirm: "test", Term: term,
			}
		}

		applied(t, w, plane, save(ops.Values{"mapping.default_inactivity": "P9D"}, "another field of the three", ""))

		for _, wrong := range []ops.Values{{ttl: "P50D"}, {most: "P40D"}, {ttl: "P61D", most: "P60D"}} {
			_, err := w.Apply(t.Context(), plane, dave, save(wrong, "they still do not go together", ""))
			if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Type != "greater_than_max_ttl" {
				t.Errorf("%v: got %v, want a refusal", wrong, err)
			}
		}

		// A lease brings back what was there before it.
		applied(t, w, plane, save(ops.Values{ttl: "P10D"}, "shorter for an hour", "1h"))
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, plane); err != nil || values()[ttl] != "P60D" {
			t.Errorf("the lease left %v: %v, want P60D as %s", values(), err, ttl)
		}

		// What was not side by side then does not go together now.
		l := applied(t, w, plane, save(ops.Values{ttl: "P20D"}, "shorter for another hour", "1h")).Lease
		applied(t, w, plane, save(ops.Values{most: "P25D"}, "shorter for good", ""))
		w.clock.Advance(time.Hour)

		if err := endDue(t.Context(), w, plane); err != nil {
			t.Fatal(err)
		}

		if w.lease(t, l.ID).State != lease.Held || values()[ttl] != "P20D" {
			t.Errorf("the lease left %v, want it held, and P20D as %s", values(), ttl)
		}
	})
}

func applied(t *testing.T, w *world, plane ops.Service, request changes.Request) changes.Result {
	t.Helper()

	request.Confirm = "test"

	result, err := w.Apply(t.Context(), plane, dave, request)
	if err != nil {
		t.Fatalf("%s: %v", request.Reason, err)
	}

	if result.Change.Outcome != changes.Applied {
		t.Fatalf("%s: got %s, want applied", request.Reason, result.Change.Outcome)
	}

	return result
}
