package changes_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// pydantic is a control plane that keeps durations as pydantic 2 does: whatever is sent, years
// and days come back, PT24H as P1D and P365D as P1Y. It counts the fields that it is sent.
type pydantic struct {
	foreign

	sent []string
}

func (p *pydantic) UpdateLifecycleConfig(_ context.Context, u ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	section, _ := ops.SectionOf(ops.SectionLifecycle)
	values := section.ValuesOf(u)

	for name, value := range values {
		p.sent = append(p.sent, name)

		length, err := ops.ReadDuration(fmt.Sprint(value))
		if err != nil {
			return ops.LifecycleUpdated{}, err
		}

		values[name] = spelled(length)
	}

	var update ops.LifecycleUpdate
	if err := values.Decode(&update); err != nil {
		return ops.LifecycleUpdated{}, err
	}

	p.lifecycle = p.lifecycle.With(update)

	return ops.LifecycleUpdated{Updated: true}, nil
}

func spelled(d time.Duration) string {
	const year = 365 * 24 * time.Hour

	rest := strings.TrimPrefix(ops.FormatDuration(d%year), "P")

	switch years := d / year; {
	case years == 0:
		return "P" + rest
	case d%year == 0:
		return fmt.Sprintf("P%dY", years)
	default:
		return fmt.Sprintf("P%dY%s", years, rest)
	}
}

const (
	instanceTTL  = "instance.default_ttl"
	mappingMost  = "mapping.max_ttl"
	snapshotMost = "snapshot.max_ttl"
)

// years is a world with a control plane that spells a year P1Y, and weeks as somebody typed them.
func years(w *world) *pydantic {
	return &pydantic{foreign: foreign{Service: w.plain, lifecycle: ops.LifecycleConfig{
		Mapping:  ops.LifecycleRule{MaxTTL: new("P1Y")},
		Snapshot: ops.LifecycleRule{DefaultTTL: new("P4W2D"), MaxTTL: new("P52W")},
		Instance: ops.LifecycleRule{DefaultTTL: new("P1D"), MaxTTL: new("P1M")},
	}}}
}

func lifecycleOf(t *testing.T, w *world, plane ops.Service) changes.Current {
	t.Helper()

	current, err := w.Current(t.Context(), plane, ops.SectionLifecycle)
	if err != nil {
		t.Fatal(err)
	}

	return current
}

func lifecycleRequest(t *testing.T, w *world, plane ops.Service, reason string, values ops.Values) changes.Request {
	t.Helper()

	return changes.Request{
		Section: ops.SectionLifecycle, Revision: lifecycleOf(t, w, plane).Revision, Values: values, Reason: reason,
		Source: changes.SourceConsole,
	}
}

// TestOnlyWhatDiffersIsSentAndChecked changes and restores a field beside foreign spellings, all
// of which a form sends along.
func TestOnlyWhatDiffersIsSentAndChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		plane := years(w)
		typed := lifecycleOf(t, w, plane).Values.Clone()
		typed[instanceTTL] = "PT12H"

		changed := applied(t, w, plane, lifecycleRequest(t, w, plane, "shorter for the test", typed)).Change

		restore, err := w.RestoreRequest(t.Context(), changed.ID, lifecycleOf(t, w, plane).Revision, "as it was before")
		if err != nil {
			t.Fatal(err)
		}

		applied(t, w, plane, restore)

		if got, want := strings.Join(plane.sent, " "), instanceTTL+" "+instanceTTL; got != want {
			t.Errorf("%s were sent, want %s", got, want)
		}

		now := lifecycleOf(t, w, plane).Values
		for name, want := range map[string]string{instanceTTL: "P1D", mappingMost: "P1Y", snapshotMost: "P52W", "instance.max_ttl": "P1M"} {
			if now[name] != want {
				t.Errorf("%s is %v, want %s", name, now[name], want)
			}
		}
	})
}

// TestAYearIsAYearHoweverItIsSpelled saves what a control plane spells otherwise: that is no other
// value, no failure and no change from outside; and a restore brings back the spelling.
func TestAYearIsAYearHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		plane := years(w)

		shorter := applied(t, w, plane, lifecycleRequest(t, w, plane, "less than a year", ops.Values{mappingMost: "P30D", snapshotMost: "P40D"})).Change
		applied(t, w, plane, lifecycleRequest(t, w, plane, "two years now", ops.Values{mappingMost: "P730D"}))

		if got := lifecycleOf(t, w, plane); got.Values[mappingMost] != "P2Y" || got.Last.Source != changes.SourceConsole {
			t.Errorf("it is %v, by %s, want P2Y as the control plane spells it, by this console", got.Values[mappingMost], got.Last.Source)
		}

		_, err := w.Apply(t.Context(), plane, dave, lifecycleRequest(t, w, plane, "the same once more", ops.Values{mappingMost: "P730D"}))
		if fields := ops.FieldErrors(err); len(fields) != 1 || fields[0].Type != "no_change" {
			t.Errorf("got %v, want that two years are set already", err)
		}

		restore, err := w.RestoreRequest(t.Context(), shorter.ID, lifecycleOf(t, w, plane).Revision, "as it was before")
		if err != nil {
			t.Fatal(err)
		}

		restored := applied(t, w, plane, restore).Change
		if restored.After[mappingMost] != "P1Y" || restored.After[snapshotMost] != "P52W" || *plane.lifecycle.Mapping.MaxTTL != "P1Y" {
			t.Errorf("restored %v, which the control plane has as %s, want P1Y and P52W", restored.After, *plane.lifecycle.Mapping.MaxTTL)
		}
	})
}

// TestALeaseGivesBackAYear ends a temporary change of a value that no form takes.
func TestALeaseGivesBackAYear(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		// The first takes any spelling, the second, the embedded one, the contract's alone.
		for plane, want := range map[ops.Service]string{ops.Service(years(w)): "P1Y", w.plain: "P365D"} {
			if plane == w.plain {
				if _, err := w.db.Write().ExecContext(t.Context(), `UPDATE global_config SET value = 'P1Y' WHERE key = 'lifecycle.mapping.max_ttl'`); err != nil {
					t.Fatal(err)
				}
			}

			request := lifecycleRequest(t, w, plane, "for an hour, "+want, ops.Values{mappingMost: "P40D"})

			var errs []ops.FieldError
			if request.Term, errs = w.ParseTerm("1h", "", ""); len(errs) > 0 {
				t.Fatal(errs)
			}

			applied(t, w, plane, request)
			w.clock.Advance(time.Hour)

			if err := endDue(t.Context(), w, plane); err != nil {
				t.Fatal(err)
			}

			config, err := plane.GetLifecycleConfig(t.Context())
			if err != nil || *config.Mapping.MaxTTL != want || lifecycleOf(t, w, plane).Values[mappingMost] != want {
				t.Errorf("it is %s, %v, and known as %v, want %s", *config.Mapping.MaxTTL, err, lifecycleOf(t, w, plane).Values[mappingMost], want)
			}
		}
	})
}
