package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// A database that is away for a moment may be away when something is due: that is done as soon as it is back.
func TestWhatIsDueIsLookedForSoonWhereItCouldNotBeSeen(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	log := audit.New(db, time.Now)
	history := changes.New(db, log, time.Now, slog.New(slog.DiscardHandler), changes.Policy{})
	windows := maintenance.New(maintenance.Config{DB: db, Audit: log, Changes: history, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	service := func() (ops.Service, error) { return nil, nil } //nolint:nilnil // nobody is asked

	for name, run := range map[string]func(a *App){
		"when changes are due in a section": func(a *App) { a.runLeases(history, service) },
		"maintenance windows":               func(a *App) { a.runWindows(windows, monitor.New(monitor.Config{Now: time.Now}), service) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var said bytes.Buffer

				a := &App{logger: slog.New(slog.NewTextHandler(&said, nil))}
				run(a)

				ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
				defer stop()

				var all sync.WaitGroup
				for _, chore := range a.background {
					all.Go(func() { _ = chore(ctx) })
				}

				all.Wait()

				if n := strings.Count(said.String(), `chore="`+name+`"`); n < 10 {
					t.Errorf("it was looked %d times in ten seconds, want once a second\n%s", n, said.String())
				}
			})
		})
	}
}
