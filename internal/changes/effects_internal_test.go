package changes

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestWhatIsHarmlessIsNoWarning of a review.
func TestWhatIsHarmlessIsNoWarning(t *testing.T) {
	t.Parallel()

	cluster := ops.ClusterInstances{
		ByOwner: []ops.OwnerCount{{OwnerUsername: "ana", Count: 4}, {OwnerUsername: "ben", Count: 1}},
		Total:   5, Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 50, ClusterUsed: 5},
	}
	before := ops.Values{"per_analyst": int64(5), "cluster_total": int64(50)}

	for _, test := range []struct {
		perAnalyst, total int64
		want              string
	}{
		{5, 40, "note: The cluster uses 5: 35 more can be created."},
		{5, 5, "warning: The cluster uses 5 of 5: nobody can create an instance until it uses fewer."},
		{4, 50, "note: No analyst holds more than 4."},
		{3, 50, "warning: 1 analyst holds more than 3: running instances keep running, but no more can be created until there are fewer."},
		{6, 50, ""},
	} {
		var got []string
		for _, e := range concurrencyEffects(cluster, before, ops.Values{"per_analyst": test.perAnalyst, "cluster_total": test.total}) {
			got = append(got, string(e.Kind)+": "+e.Text)
		}

		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%d and %d: got %q, want %q", test.perAnalyst, test.total, text, test.want)
		}
	}

	for name, test := range map[ops.SectionName]struct {
		after ops.Values
		want  EffectKind
	}{
		ops.SectionLifecycle:   {ops.Values{}, EffectNote},
		ops.SectionExport:      {ops.Values{}, EffectNote},
		ops.SectionMaintenance: {ops.Values{"enabled": true}, EffectWarning},
	} {
		section, err := ops.SectionOf(name)
		if err != nil {
			t.Fatal(err)
		}

		if got := effects(t.Context(), nil, section, ops.Values{"enabled": false}, test.after); len(got) != 1 || got[0].Kind != test.want {
			t.Errorf("%s: got %v, want one of kind %s", name, got, test.want)
		}
	}
}
