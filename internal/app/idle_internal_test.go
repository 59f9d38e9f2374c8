package app

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAConsoleAtWhichNobodyLooksAsksLittle holds how many statements PostgreSQL is sent while nothing happens: 240
// a minute, in a time that has a poll and all that is looked for as often, but not what is done once a minute.
func TestAConsoleAtWhichNobodyLooksAsksLittle(t *testing.T) {
	t.Parallel()

	const (
		length, most = 15, 60 // seconds, statements
		patience     = 90     // seconds: it is busy at its start, and for longer where the machine is
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

	// River works for half a minute after a job: none that passes through it is due soon.
	for _, job := range ops.Jobs() {
		if job.Every < patience*time.Second {
			continue
		}

		if _, err := a.db.Exec(t.Context(), `UPDATE opsconsole_job_schedule SET next_run = $1 WHERE job_name = $2`,
			store.Time{Time: now().Add(job.Every)}, job.Name); err != nil {
			t.Fatal(err)
		}
	}

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() { ended <- a.Run(ctx) }()

	executed := []int{line.Executed()}
	lately := func() int { return executed[len(executed)-1] - executed[max(0, len(executed)-1-length)] }

	for len(executed) <= length || lately() > most && len(executed) < patience {
		<-time.After(time.Second)

		executed = append(executed, line.Executed())
	}

	t.Logf("%d statements in the last %d of %d s", lately(), length, len(executed)-1)

	if n := lately(); n > most {
		t.Errorf("PostgreSQL was sent %d statements in %d s, want %d at most", n, length, most)
	}

	stop()

	if err := <-ended; err != nil {
		t.Error(err)
	}
}
