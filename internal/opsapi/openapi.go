package opsapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/ops"
)

// document describes what is served in OpenAPI 3.1, all but the fields of the configuration
// and the names of the jobs, which are put in from the tables of package ops. It is written
// by hand; the tests hold every route and every answer that they see against it.
//
//go:embed openapi.json
var document []byte

// openapi asks for no role, as a client library is generated before anybody signs in.
func (s *server) openapi(c echo.Context) error {
	described, err := Document()
	if err != nil {
		return err
	}

	return c.Blob(http.StatusOK, "application/json", described)
}

// Document returns the whole description as JSON.
//
//nolint:gochecknoglobals // made once
var Document = sync.OnceValues(func() ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(document, &whole); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}

	for _, s := range []struct {
		name           ops.SectionName
		answer, update string // the schemas that have the fields
	}{
		{ops.SectionLifecycle, "LifecycleRule", "LifecycleRuleUpdate"},
		{ops.SectionConcurrency, "ConcurrencyConfig", "ConcurrencyUpdate"},
		{ops.SectionMaintenance, "MaintenanceMode", "MaintenanceUpdate"},
		{ops.SectionExport, "ExportConfig", "ExportUpdate"},
	} {
		section, err := ops.SectionOf(s.name)
		if err != nil {
			return nil, err
		}

		for _, f := range section.Fields {
			describe(schema(whole, s.answer), f, answered(f), true)
			describe(schema(whole, s.update), f, wanted(f), !f.Optional && f.Kind != ops.KindDuration)
		}
	}

	describeJobs(whole)

	return json.Marshal(whole)
})

// describeJobs puts the names in: of all jobs, and of those that can be triggered.
func describeJobs(whole map[string]any) {
	var all, triggerable []ops.JobName

	for _, job := range ops.Jobs() {
		if all = append(all, job.Name); job.Triggerable {
			triggerable = append(triggerable, job.Name)
		}
	}

	schema(whole, "JobName")["enum"], schema(whole, "TriggerableJob")["enum"] = all, triggerable
}

// schema returns a schema of the document, which has it: the tests ask for every one.
func schema(document map[string]any, name string) map[string]any {
	found := any(document)
	for _, part := range []string{"components", "schemas", name} {
		object, _ := found.(map[string]any)
		found = object[part]
	}

	object, _ := found.(map[string]any)

	return object
}

// describe puts a field into a schema. Fields of a group are the same in every group.
func describe(schema map[string]any, f ops.Field, described map[string]any, required bool) {
	name := f.Name[strings.LastIndex(f.Name, ".")+1:]
	properties, _ := schema["properties"].(map[string]any)

	if _, there := properties[name]; there {
		return
	}

	properties[name] = described

	if names, _ := schema["required"].([]any); required {
		schema["required"] = append(names, name)
	}
}

// answered is the schema of a field in an answer.
func answered(f ops.Field) map[string]any {
	described := wanted(f)
	delete(described, "default")
	delete(described, "maxLength")

	if f.Kind == ops.KindDuration {
		delete(described, "$ref")
		described["anyOf"] = []any{map[string]any{"$ref": "#/components/schemas/Duration"}, map[string]any{"type": "null"}}
	}

	return described
}

// wanted is the schema of a field in an update.
func wanted(f ops.Field) map[string]any {
	described := map[string]any{"description": f.Help}

	switch f.Kind {
	case ops.KindInt:
		described["type"], described["minimum"], described["maximum"] = "integer", f.Min, f.Max
	case ops.KindBool:
		described["type"] = "boolean"
	case ops.KindText:
		described["type"], described["maxLength"] = "string", f.Max
	case ops.KindDuration:
		described["$ref"] = "#/components/schemas/DurationUpdate"
	}

	if f.Optional {
		described["default"] = f.Default
	}

	return described
}
