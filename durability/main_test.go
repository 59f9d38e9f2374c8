package durability_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// program is the real one, with its failpoints. It has no race detector: it is started a thousand times.
var program string

const worldsAtOnce = 12

var built = flag.String("program", "", "the program, built with the tag failpoints; by default it is built first")

func TestMain(m *testing.M) {
	flag.Parse()

	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "durability:", err)
		os.Exit(1)
	}

	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	// A world mostly waits: for a second to pass, or for what is unknown to be settled.
	if err := worldtest.Parallel(worldsAtOnce); err != nil {
		return 0, err
	}

	if program = *built; program != "" {
		return m.Run(), nil
	}

	dir, err := os.MkdirTemp("", "opsconsole-durability-")
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	program = filepath.Join(dir, "opsconsole")

	build := exec.Command("go", "build", "-buildvcs=false", "-tags=failpoints", "-ldflags=-s -w", "-o", program, "..")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", build, err, out)
	}

	return m.Run(), nil
}
