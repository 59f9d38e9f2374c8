package main

import (
	"context"
	"database/sql"
	"os"
	"testing"
)

func TestPostgresIsThereAndThenGone(t *testing.T) {
	t.Parallel()

	bin, err := postgresBin()
	if err != nil {
		t.Skipf("needs PostgreSQL: %v (./task test installs it)", err)
	}

	server, err := startPostgres(t.Context(), bin)
	if err != nil {
		t.Fatal(err)
	}

	if got := ask(t, server.url); got != "postgres" {
		t.Errorf("the user is %q, want postgres", got)
	}

	if err := server.stop(); err != nil {
		t.Error(err)
	}

	select {
	case <-server.exited:
	default:
		t.Error("the server still runs after stop")
	}

	if _, err := os.Stat(server.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestPostgresThatCannotStartLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)

	if _, err := startPostgres(t.Context(), t.TempDir()); err == nil {
		t.Fatal("a folder without programs started a server")
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if _, err := startPostgres(ctx, t.TempDir()); err == nil {
		t.Fatal("a server started after the interrupt")
	}

	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}

	if len(left) > 0 {
		t.Errorf("%s is left behind", left[0].Name())
	}
}

func ask(t *testing.T, url string) string {
	t.Helper()

	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	var name string
	if err := db.QueryRowContext(t.Context(), "SELECT current_user").Scan(&name); err != nil {
		t.Fatal(err)
	}

	return name
}
