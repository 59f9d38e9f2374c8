// Command testenv runs go test with everything that the tests need around it: a C
// compiler for the race detector, Chromium, and a PostgreSQL server of its own that
// is gone afterwards. What is missing it installs from Debian's packages where it
// may, and else it says what to install.
//
// Since everything is there, a skipped test is a failure.
//
//	go run ./tools/testenv [arguments of go test]
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

func run(ctx context.Context, args []string) (err error) {
	if err := provide(ctx, programs()); err != nil {
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

	chromium, err := findChromium()
	if err != nil {
		return err
	}

	return goTest(ctx, os.Stdout, args,
		"OPSCONSOLE_TEST_POSTGRES_URL="+server.url,
		"OPSCONSOLE_TEST_CHROMIUM="+chromium,
	)
}
