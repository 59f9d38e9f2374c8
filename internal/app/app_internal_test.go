package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestNothingBeginsWithoutItsAddresses runs a console beside one that has its address, by
// mistake on the same database: what the other one has pending is not touched.
func TestNothingBeginsWithoutItsAddresses(t *testing.T) {
	t.Parallel()

	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	db, err := store.Open(t.Context(), storetest.SQLiteURL(t))
	if err != nil {
		t.Fatal(err)
	}

	var begun []string

	note := func(what string) func(context.Context) error {
		return func(context.Context) error {
			begun = append(begun, what)

			return nil
		}
	}

	a := &App{
		db: db, sites: []site{{address: taken.Addr().String(), flag: "--addr"}}, recovery: note("recovery"),
		background: []func(context.Context) error{note("background")}, serving: func() { begun = append(begun, "serving") },
	}

	if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), taken.Addr().String()) ||
		!strings.HasSuffix(err.Error(), "or give another address with --addr") {
		t.Errorf("got %v, wanted an error that names the address and its flag", err)
	}

	if len(begun) > 0 {
		t.Errorf("begun: %v; wanted nothing", begun)
	}

	if err := db.Read().PingContext(t.Context()); err == nil {
		t.Error("the database is still open")
	}
}

// TestTheEndComesAfterEverythingThatRuns, while the database is still open.
func TestTheEndComesAfterEverythingThatRuns(t *testing.T) {
	t.Parallel()

	db, err := store.Open(t.Context(), storetest.SQLiteURL(t))
	if err != nil {
		t.Fatal(err)
	}

	var came []string

	ctx, stop := context.WithCancel(t.Context())
	a := &App{
		db: db, recovery: func(context.Context) error { return nil }, serving: stop,
		leave: newLeave(0), logger: slog.New(slog.DiscardHandler),
		background: []func(context.Context) error{func(ctx context.Context) error {
			<-ctx.Done()

			came = append(came, "what ran")

			return nil
		}},
		ending: func(ctx context.Context) error {
			came = append(came, "the end")

			return errors.Join(ctx.Err(), db.Read().PingContext(ctx))
		},
	}

	if err := a.Run(ctx); err != nil {
		t.Error(err)
	}

	if got := strings.Join(came, ", "); got != "what ran, the end" {
		t.Errorf("came %s; want what ran, the end", got)
	}
}
