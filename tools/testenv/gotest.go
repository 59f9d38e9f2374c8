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
	cmd := goTestCommand(ctx, append([]string{"-json"}, args...), variables)

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

// goBench runs the benchmarks, and no tests, and passes on what go test prints.
func goBench(ctx context.Context, out io.Writer, args []string, variables ...string) error {
	cmd := goTestCommand(ctx, append([]string{"-run", "^$", "-benchmem"}, args...), variables)
	cmd.Stdout = out

	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go test: %w", err)
	}

	return nil
}

func goTestCommand(ctx context.Context, args, variables []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test"}, args...)...)
	cmd.Env = append(os.Environ(), variables...)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = killAfter
	endWithChildren(cmd)

	return cmd
}
