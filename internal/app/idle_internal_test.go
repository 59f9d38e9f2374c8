package app

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAConsoleAtWhichNobodyLooksAsksLittle holds how many statements PostgreSQL is sent while nothing happens.
func TestAConsoleAtWhichNobodyLooksAsksLittle(t *testing.T) {
	t.Parallel()

	const (
		length, most = 30 * time.Second, 150 // about a hundred, for 200 a minute, and what comes once in a while
		windows      = 5                     // the jobs of the start are worked in the first ones
	)

	line, lineURL := storetest.NewLine(t, storetest.PostgresURL(t))

	command, err := config.Parse(t.Context(), []string{
		"demo", "--demo-speed", "0", "--database-url", lineURL,
		"--addr", freeport.Address(t), "--api-addr", freeport.Address(t),
	}, config.Machine{LookupEnv: func(string) (string, bool) { return "", false }, Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}

	demo, ok := command.(config.Demo)
	if !ok {
		t.Fatalf("the command is %T", command)
	}

	a, err := NewDemo(t.Context(), demo, os.DirFS("../../static"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() { ended <- a.Run(ctx) }()

	executed := 0

	for range windows {
		before := line.Executed()

		<-time.After(length)

		if executed = line.Executed() - before; executed <= most {
			break
		}
	}

	if executed > most {
		t.Errorf("PostgreSQL was sent %d statements in %s, want %d at most", executed, length, most)
	}

	stop()

	if err := <-ended; err != nil {
		t.Error(err)
	}
}
