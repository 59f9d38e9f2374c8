package ops_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestStructsHaveTheFieldsOfTheTable holds the structs of a section, an answer and an
// update, against the table: every field goes there and back, and no other is there.
func TestStructsHaveTheFieldsOfTheTable(t *testing.T) {
	t.Parallel()

	for name, structs := range map[ops.SectionName][]any{
		ops.SectionLifecycle:   {&ops.LifecycleConfig{}, &ops.LifecycleUpdate{}},
		ops.SectionConcurrency: {&ops.ConcurrencyConfig{}, &ops.ConcurrencyUpdate{}},
		ops.SectionMaintenance: {&ops.MaintenanceMode{}, &ops.MaintenanceUpdate{}},
		ops.SectionExport:      {&ops.ExportConfig{}, &ops.ExportUpdate{}},
	} {
		section, err := ops.SectionOf(name)
		if err != nil {
			t.Fatal(err)
		}

		want := ops.Values{}
		for i, f := range section.Fields {
			want[f.Name] = map[ops.Kind]any{
				ops.KindInt: int64(i + 1), ops.KindBool: true, ops.KindText: f.Name, ops.KindDuration: f.Name,
			}[f.Kind]
		}

		for _, typed := range structs {
			if err := want.Decode(typed); err != nil {
				t.Fatal(err)
			}

			value := reflect.ValueOf(typed).Elem()
			if got := section.ValuesOf(value.Interface()); !reflect.DeepEqual(got, want) {
				t.Errorf("%T holds %v, want %v", typed, got, want)
			}

			for field := range value.Fields() {
				tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				known := slices.ContainsFunc(section.Fields, func(f ops.Field) bool {
					return f.Name == tag || strings.HasPrefix(f.Name, tag+".")
				})

				if !known && tag != "updated_at" && tag != "updated_by" {
					t.Errorf("%T has %s, which the table has not", typed, tag)
				}
			}
		}
	}
}

// TestDefaultsAreValid wants that a new platform could be set to what it starts with.
func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()

	for _, section := range ops.Sections() {
		if errs := section.Check(section.Defaults()); len(errs) > 0 {
			t.Errorf("%s: got %v, want valid defaults", section.Name, errs)
		}
	}
}
