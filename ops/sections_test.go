package ops_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestSectionsAreTheCallers has one caller change what it was given.
func TestSectionsAreTheCallers(t *testing.T) {
	t.Parallel()

	one, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	one.Fields[0].Label = "Changed"

	for _, section := range ops.Sections() {
		for i := range section.Fields {
			section.Fields[i].Label = "Changed"
		}
	}

	again, err := ops.SectionOf(ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	for _, section := range append(ops.Sections(), again) {
		for _, field := range section.Fields {
			if field.Label == "Changed" {
				t.Errorf("%s of %s was changed for everybody", field.Name, section.Name)
			}
		}
	}
}
