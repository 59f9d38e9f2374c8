package record

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/templates/components"
)

// TestASourceHasOneName in the filter, in rows, and in what is written of the JSON.
func TestASourceHasOneName(t *testing.T) {
	t.Parallel()

	guide, err := os.ReadFile("../../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}

	choices := sourceChoices()

	for _, source := range changes.Sources() {
		name := sourceWord(source)
		if want := fmt.Sprintf("`%s` (%s)", source, name); !strings.Contains(string(guide), want) {
			t.Errorf("docs/guide.md does not say %q", want)
		}

		if want := (components.Named{Value: string(source), Name: strings.ToUpper(name[:1]) + name[1:]}); !slices.Contains(choices, want) {
			t.Errorf("the filter has %+v, want %+v among them", choices, want)
		}
	}
}
