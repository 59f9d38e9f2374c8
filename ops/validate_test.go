package ops_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestValidate(t *testing.T) {
	t.Parallel()

	text := func(n int) string { return strings.Repeat("ü", n) }
	lifecycle := func(ttl, inactivity, most *string) ops.LifecycleUpdate {
		return ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: ttl, DefaultInactivity: inactivity, MaxTTL: most}}
	}

	for name, test := range map[string]struct {
		value interface{ Validate() error }
		want  string // the fields that are wrong, with their types
	}{
		"concurrency, lowest":  {opstest.Limits(1, 1), ""},
		"concurrency, highest": {opstest.Limits(100, 1000), ""},
		"concurrency, below":   {opstest.Limits(0, 0), "body.per_analyst range, body.cluster_total range"},
		"concurrency, above": {
			opstest.Limits(101, 1001),
			"body.per_analyst range, body.cluster_total range",
		},
		"export, lowest":     {ops.ExportUpdate{MaxDurationSeconds: 60}, ""},
		"export, highest":    {ops.ExportUpdate{MaxDurationSeconds: 86400}, ""},
		"export, below":      {ops.ExportUpdate{MaxDurationSeconds: 59}, "body.max_duration_seconds range"},
		"export, above":      {ops.ExportUpdate{MaxDurationSeconds: 86401}, "body.max_duration_seconds range"},
		"trigger":            {ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: text(500)}, ""},
		"trigger, no reason": {ops.JobTrigger{JobName: ops.JobSchemaCache}, "body.reason string_too_short"},
		"trigger, spaces": {
			ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: " \t\n\u00a0"},
			"body.reason string_too_short",
		},
		"trigger, too long": {
			ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: text(501)},
			"body.reason string_too_long",
		},
		"trigger, NUL": {
			ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: "a\x00"},
			"body.reason encoding",
		},
		"trigger, not triggerable": {ops.JobTrigger{JobName: ops.JobResourceMonitor, Reason: "x"}, "body.job_name enum"},
		"trigger, unknown": {
			ops.JobTrigger{JobName: "Lifecycle"},
			"body.job_name enum, body.reason string_too_short",
		},
		"lifecycle, nothing": {ops.LifecycleUpdate{}, ""},
		"lifecycle, cleared": {lifecycle(new(""), new(""), new("")), ""},
		"lifecycle, equal":   {lifecycle(new("P1D"), nil, new("PT24H")), ""},
		"lifecycle, longer": {
			lifecycle(new("P2D"), nil, new("PT24H")),
			"body.instance.default_ttl greater_than_max_ttl",
		},
		"lifecycle, longer than none": {lifecycle(new("P2D"), nil, new("")), ""},
		"lifecycle, unreadable": {
			lifecycle(new("1d"), new("P1W"), new("PT24H")),
			"body.instance.default_ttl duration, body.instance.default_inactivity duration",
		},
		"configuration, longer": {
			ops.LifecycleConfig{Mapping: ops.LifecycleRule{DefaultTTL: new("P2D"), MaxTTL: new("P1D")}},
			"body.mapping.default_ttl greater_than_max_ttl",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := test.value.Validate()

			fields := ops.FieldErrors(err)
			got := make([]string, len(fields))

			for i, field := range fields {
				got[i] = field.Field + " " + field.Type

				if field.Message == "" {
					t.Errorf("%s has no message", field.Field)
				}
			}

			if joined := strings.Join(got, ", "); joined != test.want || (err == nil) != (test.want == "") {
				t.Errorf("got %q (%v), want %q", joined, err, test.want)
			}
		})
	}
}

func TestLifecycleWith(t *testing.T) {
	t.Parallel()

	before := ops.LifecycleConfig{Instance: ops.LifecycleRule{DefaultTTL: new("PT24H"), DefaultInactivity: new("PT4H"), MaxTTL: new("P7D")}}
	after := before.With(ops.LifecycleUpdate{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: new(""), MaxTTL: new("P9D")}})

	want := ops.LifecycleConfig{Instance: ops.LifecycleRule{DefaultInactivity: new("PT4H"), MaxTTL: new("P9D")}}
	if !reflect.DeepEqual(after, want) {
		t.Errorf("got %+v, want %+v", after, want)
	}

	if *before.Instance.DefaultTTL != "PT24H" || *before.Instance.MaxTTL != "P7D" {
		t.Error("the old configuration has changed too")
	}
}

func TestParseRole(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]ops.Role{
		"ops": ops.RoleOps, "\tOPS\n": ops.RoleOps, "Admin": ops.RoleAdmin, "analyst": ops.RoleAnalyst,
	} {
		if got, ok := ops.ParseRole(text); !ok || got != want {
			t.Errorf("%q is %q, %t, want %q", text, got, ok, want)
		}
	}

	for _, text := range []string{"", "root", "ops,admin", "operator"} {
		if _, ok := ops.ParseRole(text); ok {
			t.Errorf("%q passes for a role", text)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"":                       "",
		strings.Repeat("é", 200): strings.Repeat("é", 200),
		strings.Repeat("é", 201): strings.Repeat("é", 200) + "…",
		"a\xffb":                 "a\uFFFDb",
	} {
		if got := ops.Clip(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
