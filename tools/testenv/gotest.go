package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const killAfter = 30 * time.Second

// goTest runs go test -json with args, in an environment with more variables, and
// writes what happens as a reader wants it; see [report].
func goTest(ctx context.Context, out io.Writer, args []string, variables ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Env = append(os.Environ(), variables...)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = killAfter
	endWithChildren(cmd)

	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}

	if err := cmd.Start(); err != nil {
		return err
	}

	result, err := report(events, out)
	if err != nil {
		return fmt.Errorf("read what go test says: %w", err)
	}

	ended := cmd.Wait()

	switch {
	case result.failed+result.skipped > 0:
		return result
	case ended != nil:
		return fmt.Errorf("go test: %w", ended)
	case result.passed == 0:
		return result
	default:
		return nil
	}
}
