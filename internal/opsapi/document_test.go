package opsapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestDocument wants a valid document that is served as it is made, with the
// routes that there are and no others.
func TestDocument(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	if err := d.document.Validate(t.Context()); err != nil {
		t.Error(err)
	}

	written, err := opsapi.Document()
	if err != nil {
		t.Fatal(err)
	}

	answer := sqliteWorld(t).serve(t).send(t, http.MethodGet, "/api/openapi.json", "", nil)
	if answer.status != http.StatusOK || answer.body != string(written) || answer.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %s %s, want 200 and the document, as application/json", answer.status, answer.header, answer.body)
	}

	handler := newFuzzed(t, worldtest.Prepared.SQLiteURL(t)).handler

	var served, listed []string

	for _, route := range handler.(*echo.Echo).Routes() {
		served = append(served, route.Method+" "+strings.ReplaceAll(route.Path, ":id", "{instance_id}"))
	}

	for path, item := range d.document.Paths.Map() {
		for method := range item.Operations() {
			listed = append(listed, method+" "+path)
		}
	}

	slices.Sort(served)
	slices.Sort(listed)

	if !slices.Equal(served, listed) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(listed, "\n"))
	}
}

// TestDocumentOfFields wants the fields of the configuration with their bounds, as the
// contract has them.
func TestDocumentOfFields(t *testing.T) {
	t.Parallel()

	raw, err := opsapi.Document()
	if err != nil {
		t.Fatal(err)
	}

	var document struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string `json:"required"`
				Properties map[string]struct {
					Type        any    `json:"type"`
					Minimum     *int   `json:"minimum"`
					Maximum     *int   `json:"maximum"`
					MaxLength   *int   `json:"maxLength"` //nolint:tagliatelle // as JSON Schema has it
					Default     any    `json:"default"`
					Description string `json:"description"`
				} `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}

	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}

	section, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	bounds := make([]string, len(section.Fields))
	for i, f := range section.Fields {
		bounds[i] = fmt.Sprintf("%s %d-%d", f.Name, f.Min, f.Max)
	}

	limits := strings.Join(bounds, ", ")

	for name, want := range map[string]string{
		"ConcurrencyConfig":   limits,
		"ConcurrencyUpdate":   limits,
		"ExportConfig":        "updated_at, updated_by, max_duration_seconds 60-86400",
		"ExportUpdate":        "max_duration_seconds 60-86400",
		"MaintenanceMode":     "updated_at, updated_by, enabled, message",
		"MaintenanceUpdate":   "enabled",
		"LifecycleRule":       "default_ttl, default_inactivity, max_ttl",
		"LifecycleRuleUpdate": "",
	} {
		schema := document.Components.Schemas[name]

		var got []string

		for _, field := range schema.Required {
			p := schema.Properties[field]
			if p.Minimum != nil && p.Maximum != nil {
				field += fmt.Sprintf(" %d-%d", *p.Minimum, *p.Maximum)
			}

			got = append(got, field)
		}

		if joined := strings.Join(got, ", "); joined != want {
			t.Errorf("%s wants %q, want %q", name, joined, want)
		}
	}

	message := document.Components.Schemas["MaintenanceUpdate"].Properties["message"]
	if message.MaxLength == nil || *message.MaxLength != 10_000 || message.Default != "" || message.Description == "" {
		t.Errorf("the message is described as %+v, want a description, no default, and 10000 characters at most", message)
	}
}

// TestDocumentOfJobs wants the jobs of the contract, and those of them that can be triggered.
func TestDocumentOfJobs(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string][]any{
		"TriggerableJob": {"reconciliation", "lifecycle", "export_reconciliation", "schema_cache"},
		"JobName": {
			"reconciliation", "lifecycle", "export_reconciliation", "schema_cache", "instance_orchestration", "resource_monitor",
		},
	} {
		if got := d.document.Components.Schemas[name].Value.Enum; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
