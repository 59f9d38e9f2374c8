package record

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAnEntryTellsOfFieldsAsPeopleKnowThem, and of those alone that differ.
func TestAnEntryTellsOfFieldsAsPeopleKnowThem(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		object, before, after string
		want                  []entryField
	}{
		{"config/concurrency", `{"per_analyst": 5, "cluster_total": 50}`, `{"per_analyst": 8, "cluster_total": 50}`, []entryField{{"Per analyst", "5 instances → 8 instances"}}},
		{"config/export", `{"max_duration_seconds": 3600}`, `{"max_duration_seconds": 60}`, []entryField{{"Longest export", "3,600 seconds → 60 seconds"}}},
		{"config/lifecycle", `{"mapping": {"max_ttl": "P1Y"}}`, `{"mapping": {"max_ttl": null}}`, []entryField{{"Mapping longest time to live", "365 d (P1Y) → No expiry"}}},
		{"config/maintenance", `{"enabled": false, "message": ""}`, `{"enabled": true, "message": ""}`, []entryField{{"Maintenance mode", "Off → On"}}},
		{
			"maintenance/windows/1", ``, `{"title": "Patching", "settings": {"concurrency": {"per_analyst": 3}}, "starts_at": "2026-03-01T14:00:00Z"}`,
			[]entryField{{"Per analyst", "3 instances"}, {"Starts at", "Sun 1 Mar 2026, 14:00 UTC"}, {"Title", "Patching"}},
		},
		{
			"maintenance/webhooks/1", `{"events": ["started", "ended"], "active": true, "n": 1.5}`, `{"events": ["started"], "active": true, "n": null}`,
			[]entryField{{"Events", "started, ended → started"}, {"N", "1.5 → none"}},
		},
		{"session", `null`, `[1]`, nil},
	} {
		got := entryFields(audit.Entry{Object: test.object, Before: json.RawMessage(test.before), After: json.RawMessage(test.after)}, objects{})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.object, got, test.want)
		}
	}
}

// TestALineOfTheHistoryCallsFieldsByTheirLabels, as the forms do.
func TestALineOfTheHistoryCallsFieldsByTheirLabels(t *testing.T) {
	t.Parallel()

	got := ChangeSteps(changes.Change{
		Section: ops.SectionExport, Fields: []string{"max_duration_seconds"},
		Before: ops.Values{"max_duration_seconds": int64(3600)}, After: ops.Values{"max_duration_seconds": int64(60)},
	})
	if want := "Longest export 3,600 → 60 seconds"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
