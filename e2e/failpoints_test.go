package e2e_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/failpoint"
)

// TestTheProgramHasNoFailpoints looks for what the tests of durability build in: the function, and those names that
// could stand for nothing else.
func TestTheProgramHasNoFailpoints(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}

	unwanted := []string{"internal/failpoint.", "FAILPOINT"}

	for _, name := range failpoint.All() {
		if strings.Contains(string(name), "-") {
			unwanted = append(unwanted, string(name))
		}
	}

	for _, text := range unwanted {
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("it has %s", text)
		}
	}
}
