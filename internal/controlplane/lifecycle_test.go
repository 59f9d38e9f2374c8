package controlplane_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func lifecycleText(c ops.LifecycleConfig) string {
	out := ""

	for _, rule := range []ops.LifecycleRule{c.Mapping, c.Snapshot, c.Instance} {
		for _, value := range []*string{rule.DefaultTTL, rule.DefaultInactivity, rule.MaxTTL} {
			if value == nil {
				out += "- "
			} else {
				out += *value + " "
			}
		}
	}

	return out
}

func TestLifecycleUpdate(t *testing.T) {
	t.Parallel()

	const initial = "- P30D P365D P7D P3D P30D PT24H PT4H P7D "

	type rule = ops.LifecycleRuleUpdate

	tests := map[string]struct {
		update ops.LifecycleUpdate
		want   string
		fields []string
	}{
		"nothing": {want: initial},
		"what is absent is left": {
			update: ops.LifecycleUpdate{Mapping: &rule{}, Instance: &rule{DefaultTTL: new("P1DT12H")}},
			want:   "- P30D P365D P7D P3D P30D P1DT12H PT4H P7D ",
		},
		"empty clears": {
			update: ops.LifecycleUpdate{Snapshot: &rule{DefaultTTL: new(""), DefaultInactivity: new(""), MaxTTL: new("")}},
			want:   "- P30D P365D - - - PT24H PT4H P7D ",
		},
		"all three": {
			update: ops.LifecycleUpdate{
				Mapping:  &rule{DefaultTTL: new("P1D")},
				Snapshot: &rule{MaxTTL: new("P8D")},
				Instance: &rule{DefaultInactivity: new("PT1S")},
			},
			want: "P1D P30D P365D P7D P3D P8D PT24H PT1S P7D ",
		},
		"both up at once": {
			update: ops.LifecycleUpdate{Instance: &rule{DefaultTTL: new("P20D"), MaxTTL: new("P20D")}},
			want:   "- P30D P365D P7D P3D P30D P20D PT4H P20D ",
		},
		"one bad field of many": {
			update: ops.LifecycleUpdate{
				Mapping: &rule{DefaultTTL: new("P1D")}, Snapshot: &rule{MaxTTL: new("1 week")}, Instance: &rule{DefaultTTL: new("PT1H")},
			},
			want: initial, fields: []string{"body.snapshot.max_ttl"},
		},
		"default above the maximum sent with it": {
			update: ops.LifecycleUpdate{Snapshot: &rule{DefaultTTL: new("P9D"), MaxTTL: new("P8D")}},
			want:   initial, fields: []string{"body.snapshot.default_ttl"},
		},
		"default above the maximum that stands": {
			update: ops.LifecycleUpdate{Instance: &rule{DefaultTTL: new("P8D")}, Mapping: &rule{DefaultTTL: new("P1D")}},
			want:   initial, fields: []string{"body.instance.default_ttl"},
		},
		"maximum below the default that stands": {
			update: ops.LifecycleUpdate{Snapshot: &rule{MaxTTL: new("P6D")}},
			want:   initial, fields: []string{"body.snapshot.default_ttl"},
		},
		"no duration at all": {
			update: ops.LifecycleUpdate{Instance: &rule{DefaultTTL: new("P"), DefaultInactivity: new("P1Y"), MaxTTL: new("\x00")}},
			want:   initial, fields: []string{"body.instance.default_ttl", "body.instance.default_inactivity", "body.instance.max_ttl"},
		},
	}

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for name, test := range tests {
			exec(t, p.db, `DELETE FROM global_config`)

			as := p.As(dave)

			answer, err := as.UpdateLifecycleConfig(t.Context(), test.update)
			if test.fields != nil {
				wantFields(t, err, test.fields...)
			} else if err != nil || !answer.Updated || !answer.UpdatedAt.Equal(p.clock.Now()) {
				t.Errorf("%s: got %+v, %v, want it updated at %s", name, answer, err, p.clock.Now())
			}

			if got := lifecycleText(must[ops.LifecycleConfig](t)(as.GetLifecycleConfig(t.Context()))); got != test.want {
				t.Errorf("%s: is %s, want %s", name, got, test.want)
			}
		}
	})
}

// Today's platform checks nothing, so an odd value may stand. It must not keep an
// operator from setting another kind, nor from mending it.
func TestLifecycleUpdateBesideAnOddValue(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		exec(t, p.db, `UPDATE global_config SET value = '1 week' WHERE key = 'lifecycle.snapshot.max_ttl'`)

		as := p.As(dave)
		must[ops.LifecycleUpdated](t)(as.UpdateLifecycleConfig(t.Context(),
			ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: new("PT1H")}}))

		_, err := as.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{Snapshot: &ops.LifecycleRuleUpdate{DefaultTTL: new("P1D")}})
		wantFields(t, err, "body.snapshot.max_ttl")

		must[ops.LifecycleUpdated](t)(as.UpdateLifecycleConfig(t.Context(),
			ops.LifecycleUpdate{Snapshot: &ops.LifecycleRuleUpdate{MaxTTL: new("P7D")}}))
	})
}

// Each of the two alone is fine beside what stands, both are not.
func TestLifecycleUpdatesThatRaceAreValidatedTogether(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		as := p.As(dave)

		for range 10 {
			must[ops.LifecycleUpdated](t)(as.UpdateLifecycleConfig(t.Context(),
				ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: new("PT1H"), MaxTTL: new("P7D")}}))

			errs := make(chan error)

			for _, rule := range []ops.LifecycleRuleUpdate{{DefaultTTL: new("P6D")}, {MaxTTL: new("P2D")}} {
				go func() {
					_, err := as.UpdateLifecycleConfig(t.Context(), ops.LifecycleUpdate{Instance: &rule})
					errs <- err
				}()
			}

			if first, second := <-errs, <-errs; (first == nil) == (second == nil) {
				t.Errorf("of two updates exactly one can stand: %v, %v", first, second)
			}
		}
	})
}
