package opstest

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// testDefaults checks section 4 of the contract: what a new platform is set to.
func testDefaults(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	same(t, "lifecycle", must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx)), ops.LifecycleConfig{
		Mapping:  ops.LifecycleRule{DefaultInactivity: new("P30D"), MaxTTL: new("P365D")},
		Snapshot: ops.LifecycleRule{DefaultTTL: new("P7D"), DefaultInactivity: new("P3D"), MaxTTL: new("P30D")},
		Instance: ops.LifecycleRule{DefaultTTL: new("PT24H"), DefaultInactivity: new("PT4H"), MaxTTL: new("P7D")},
	})

	maintenance := must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx))
	same(t, "enabled", maintenance.Enabled, false)
	same(t, "message", maintenance.Message, "")

	same(t, "instances", must[ops.ClusterInstances](t)(service.GetClusterInstances(ctx)), ops.ClusterInstances{
		ByStatus: map[string]int{}, ByOwner: []ops.OwnerCount{},
		Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 50, ClusterAvailable: 50},
	})
	same(t, "state", must[ops.State](t)(service.GetState(ctx)), ops.State{
		Instances:  ops.InstancesState{ByStatus: map[string]int{}},
		Snapshots:  ops.SnapshotsState{ByStatus: map[string]int{}},
		ExportJobs: ops.ExportsState{ByStatus: map[string]int{}},
	})
	same(t, "export jobs", must[[]ops.ExportJob](t)(service.GetExportJobs(ctx, ops.ExportJobsQuery{})), []ops.ExportJob{})
	same(t, "a page of instances",
		must[ops.InstancesPage](t)(s.Instances.InstancesAs(alice()).ListInstances(ctx, ops.InstancesQuery{})),
		ops.InstancesPage{Instances: []ops.Instance{}, Limit: 50})
}

// number is a whole number of the configuration with its bounds and its default.
type number struct {
	section            ops.SectionName
	name               string
	low, high, initial int64
}

// numbers are those of the contract, sections 1 and 4.
func numbers() []number {
	return []number{
		{ops.SectionConcurrency, "per_analyst", 1, 100, 5},
		{ops.SectionConcurrency, "cluster_total", 1, 1000, 50},
		{ops.SectionExport, "max_duration_seconds", 60, 86400, 3600},
	}
}

// numbersOf returns the values of a section's numbers.
func numbersOf(section ops.SectionName, value func(n number) int64) ops.Values {
	values := ops.Values{}

	for _, n := range numbers() {
		if n.section == section {
			values[n.name] = value(n)
		}
	}

	return values
}

// Limits sets the two limits, and every other of the section to what a new platform has.
func Limits(perAnalyst, clusterTotal int) (update ops.ConcurrencyUpdate) {
	values := numbersOf(ops.SectionConcurrency, initial)
	values["per_analyst"], values["cluster_total"] = int64(perAnalyst), int64(clusterTotal)

	if err := values.Decode(&update); err != nil {
		panic(err) // numbers go into numbers
	}

	return update
}

func low(n number) int64  { return n.low }
func high(n number) int64 { return n.high }

func initial(n number) int64 { return n.initial }

func testConcurrency(t *testing.T, s Subject) {
	service := s.ops()
	testNumbers(t, ops.SectionConcurrency, service.GetConcurrencyConfig, service.UpdateConcurrencyConfig,
		func(c ops.ConcurrencyConfig) bool { return c.UpdatedAt != nil })
}

func testExport(t *testing.T, s Subject) {
	service := s.ops()
	testNumbers(t, ops.SectionExport, service.GetExportConfig, service.UpdateExportConfig,
		func(c ops.ExportConfig) bool {
			return c.UpdatedAt != nil && c.UpdatedBy != nil && *c.UpdatedBy == "dave"
		})
}

// testNumbers sets every number of a section to its bounds and beyond; attributed says
// whether an answer names when it was set, and by whom where it can.
func testNumbers[U, C any](
	t *testing.T, name ops.SectionName,
	get func(context.Context) (C, error), set func(context.Context, U) (C, error), attributed func(C) bool,
) {
	t.Helper()

	ctx := t.Context()

	section, err := ops.SectionOf(name)
	if err != nil {
		t.Fatal(err)
	}

	update := func(values ops.Values) (u U) {
		if err := values.Decode(&u); err != nil {
			t.Fatal(err)
		}

		return u
	}

	same(t, "a new platform", section.ValuesOf(must[C](t)(get(ctx))), numbersOf(name, initial))

	lowest, highest := numbersOf(name, low), numbersOf(name, high)

	for _, values := range []ops.Values{lowest, highest, highest} { // the last is a client that repeats itself
		answer := must[C](t)(set(ctx, update(values)))
		same(t, "answer", section.ValuesOf(answer), values)
		same(t, "read back", must[C](t)(get(ctx)), answer)

		if !attributed(answer) {
			t.Errorf("the answer does not say when or by whom: %s", show(answer))
		}
	}

	before := must[C](t)(get(ctx))

	for _, n := range numbers() {
		if n.section != name {
			continue
		}

		for _, bad := range []int64{n.low - 1, n.high + 1, -1, math.MinInt32, math.MaxInt32} {
			values := lowest.Clone()
			values[n.name] = bad
			_, err := set(ctx, update(values))
			invalid(t, err, "body."+n.name)
		}
	}

	_, err = set(ctx, update(ops.Values{}))
	invalid(t, err, bodyFields(lowest)...)
	same(t, "after refusals", must[C](t)(get(ctx)), before)
}

func bodyFields(values ops.Values) []string {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fields = append(fields, "body."+name)
	}

	return fields
}

func testMaintenanceMode(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for _, update := range []ops.MaintenanceUpdate{
		{Enabled: true, Message: "Back at 8 <b>&amp;</b> \"soon\" \\ %s 'Grüße' 🛠\n\u2028$1"},
		{Enabled: true, Message: ""},
		{Enabled: false, Message: "The last window went well"},
		{},
	} {
		answer := must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, update))
		same(t, "answer", ops.MaintenanceUpdate{Enabled: answer.Enabled, Message: answer.Message}, update)
		same(t, "updated_by", answer.UpdatedBy, new("dave"))

		if answer.UpdatedAt == nil {
			t.Error("the answer does not say when")
		}

		same(t, "read back", must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx)), answer)
	}

	const longest = 10_000

	long := ops.MaintenanceUpdate{Message: strings.Repeat("ü", longest)}
	same(t, "the longest message", must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, long)).Message, long.Message)

	for _, bad := range []string{"a\x00b", long.Message + "ü"} {
		_, err := service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true, Message: bad})
		invalid(t, err, "body.message")
	}

	same(t, "after a refusal", must[ops.MaintenanceMode](t)(service.GetMaintenanceMode(ctx)).Enabled, false)
}
