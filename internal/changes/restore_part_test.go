package changes_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAPartOfAChangeIsRestored brings back one of two fields, then the other, and says of each how
// much it was.
func TestAPartOfAChangeIsRestored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		plane := w.service
		before := lifecycleOf(t, w, plane).Values

		// By somebody who did not use this console, so that it asks to keep or to restore.
		_, err := w.plain.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{
			Mapping: &ops.LifecycleRuleUpdate{MaxTTL: new("P90D")}, Instance: &ops.LifecycleRuleUpdate{DefaultTTL: new("PT1H")},
		})
		if err != nil {
			t.Fatal(err)
		}

		outside := lifecycleOf(t, w, plane).Last

		restore := func(reason string, fields ...string) changes.Change {
			t.Helper()

			request, err := w.RestoreRequest(t.Context(), outside.ID, lifecycleOf(t, w, plane).Revision, reason)
			if err != nil {
				t.Fatal(err)
			}

			if err := request.Only(fields); err != nil {
				t.Fatal(err)
			}

			return applied(t, w, plane, request).Change
		}

		first := restore("one of the two", instanceTTL)
		if now := lifecycleOf(t, w, plane).Values; now[instanceTTL] != before[instanceTTL] || now[mappingMost] != "P90D" || !first.RestoresPart {
			t.Errorf("got %v, a part: %t, want the instances' time to live alone, and a part", now, first.RestoresPart)
		}

		asked, err := w.Unreviewed(t.Context())
		if err != nil || len(asked) != 1 || len(asked[0].RestoredBy) != 0 || len(asked[0].RestoredInPartBy) != 1 {
			t.Errorf("got %+v, %v, want that it is asked about still, restored in part", asked, err)
		}

		second := restore("and the other one", mappingMost)
		if section := lifecycleOf(t, w, plane); !section.Section.Equal(section.Values, before) || second.RestoresPart {
			t.Errorf("got %v, a part: %t, want all as it was", section.Values, second.RestoresPart)
		}

		if asked, err = w.Unreviewed(t.Context()); err != nil || len(asked) != 0 {
			t.Errorf("got %+v, %v, want nothing to ask about", asked, err)
		}

		if old, err := w.Get(t.Context(), outside.ID); err != nil || len(old.RestoredBy) != 1 || old.RestoredBy[0] != second.ID {
			t.Errorf("got %+v, %v, want it restored by change %d", old, err, second.ID)
		}
	})
}

func TestARestoreOfNoFieldOrOfOneThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()

	for _, fields := range [][]string{{}, {"per_analyst", "nope"}} {
		request := changes.Request{Values: ops.Values{"per_analyst": int64(5), "cluster_total": int64(50)}}

		err := request.Only(fields)
		if errs := ops.FieldErrors(err); len(errs) != 1 || errs[0].Field != "body.fields" || len(request.Values) != 2 {
			t.Errorf("%q: got %v, want body.fields refused", fields, err)
		}
	}
}
