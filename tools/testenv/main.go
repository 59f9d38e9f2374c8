// Command testenv runs go test with everything that the tests need around it: a C
// compiler for the race detector, Chromium, PgBouncer, Alertmanager, Prometheus, and a PostgreSQL server of its own
// that is gone afterwards; for kubernetes a Kubernetes API server too, which it builds. What
// is missing it installs from Debian's packages where it may, and else it says what to
// install.
//
// Since everything is there, a skipped test is a failure.
//
//	go run ./tools/testenv test [arguments of go test]
//	go run ./tools/testenv bench [arguments of go test]    runs the benchmarks, with PostgreSQL alone
//	go run ./tools/testenv kubernetes [arguments of go test]
//	go run ./tools/testenv provide NAME...    installs what is missing, and runs nothing
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	// The server ends with the thread that started it, see attributes: let it be the main one.
	runtime.LockOSThread()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) > 0 && args[0] == "test":
		return test(ctx, args[1:])
	case len(args) > 0 && args[0] == "kubernetes":
		return withKubernetes(ctx, args[1:])
	case len(args) > 0 && args[0] == "bench":
		return bench(ctx, args[1:])
	case len(args) > 1 && args[0] == "provide":
		wanted, err := named(args[1:])
		if err != nil {
			return err
		}

		return provide(ctx, wanted)
	default:
		return errors.New("say test, kubernetes or bench, with arguments for go test, or provide, with names of programs")
	}
}

// test runs go test, with more environment variables than those of what it starts.
func test(ctx context.Context, args []string, variables ...string) error {
	programs := []string{"compiler", "postgresql", "pgbouncer", "chromium", "alertmanager", "prometheus"}

	return withPostgres(ctx, programs, func(url string) error {
		chromium, err := findChromium()
		if err != nil {
			return err
		}

		return withTempDir(func(dir string) error {
			return goTest(ctx, os.Stdout, args, append(variables,
				"OPSCONSOLE_TEST_POSTGRES_URL="+url,
				"OPSCONSOLE_TEST_CHROMIUM="+chromium,
				// What the tests write waits for no disk; what the compiler writes is too much for memory.
				"TMPDIR="+dir, "GOTMPDIR="+os.TempDir(),
			)...)
		})
	})
}

// withTempDir runs fn with a folder for temporary files, in memory where there is enough of it.
func withTempDir(fn func(dir string) error) (err error) {
	dir, err := os.MkdirTemp(memoryDir(), "opsconsole-test-")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	return fn(dir)
}

// bench prints what go test prints: the figures are what it is run for.
func bench(ctx context.Context, args []string) error {
	return withPostgres(ctx, []string{"postgresql"}, func(url string) error {
		return goBench(ctx, os.Stdout, args, "OPSCONSOLE_TEST_POSTGRES_URL="+url)
	})
}

// withPostgres provides what is wanted, and does something with a server that is gone
// afterwards.
func withPostgres(ctx context.Context, names []string, do func(url string) error) (err error) {
	wanted, err := named(names)
	if err != nil {
		return err
	}

	if err := provide(ctx, wanted); err != nil {
		return err
	}

	bin, err := postgresBin()
	if err != nil {
		return err
	}

	server, err := startPostgres(ctx, bin)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}

	defer func() { err = errors.Join(err, server.stop()) }()

	return do(server.url)
}
