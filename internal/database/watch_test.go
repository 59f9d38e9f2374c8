package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// watched is a database, a watch over it, and what that logs and tells.
type watched struct {
	*database.Watch

	db    *store.DB
	clock *worldtest.Clock
	log   worldtest.Buffer
	told  int
}

func newWatched(t *testing.T, databaseURL string) *watched {
	t.Helper()

	w := &watched{db: storetest.Open(t, databaseURL), clock: worldtest.NewClock(time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC))}
	w.Watch = database.New(database.Config{
		DB: w.db, Now: w.clock.Now, Logger: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	w.OnChange = func() { w.told++ }

	return w
}

// look looks a minute later, and compares what is found, since when, and how often others were told.
func (w *watched) look(t *testing.T, status ops.ComponentStatus, since time.Duration, words string, told int) {
	t.Helper()

	w.clock.Advance(time.Minute)
	w.Look(t.Context())

	got, said := w.Condition(), ""
	if got.Error != nil {
		said = *got.Error
	}

	if got.Status != status || w.clock.Now().Sub(got.Since) != since || said != words || w.told != told {
		t.Errorf("got %s for %v: %q, told %d times, want %s for %v: %q, told %d times",
			got.Status, w.clock.Now().Sub(got.Since), said, w.told, status, since, words, told)
	}

	if lines := strings.Count(w.log.String(), "\n"); lines != told {
		t.Errorf("the log has %d lines, want %d", lines, told)
	}

	if (got.Error == nil) != (got.Advice == "") || (got.Error == nil) != (got.Meaning == "") {
		t.Errorf("got %+v, want what it means and what to do with each error, and else neither", got)
	}
}

func TestAnOutageIsToldTwice(t *testing.T) {
	t.Parallel()

	const down = "This console's own database cannot be read: it does not accept connections now."

	databaseURL := storetest.PostgresURL(t)
	w := newWatched(t, databaseURL)
	w.look(t, database.Answering, 0, "", 0)

	start := storetest.Stop(t, w.db, databaseURL)
	w.look(t, database.NotAnswering, 0, down, 1)
	w.look(t, database.NotAnswering, time.Minute, down, 1)

	if err := w.Err(); database.Explain(err) == nil {
		t.Errorf("got %v, want why it cannot be read", err)
	}

	start()
	w.look(t, database.Answering, 0, "", 2)
	w.look(t, database.Answering, time.Minute, "", 2)

	if err := w.Err(); err != nil {
		t.Errorf("got %v, want nothing", err)
	}
}

func TestADatabaseThatIsReadOnlyIsFoundByWhoWrites(t *testing.T) {
	t.Parallel()

	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := open(t)
			w := newWatched(t, databaseURL)
			writable := storetest.MakeReadOnly(t, w.db, databaseURL)
			w.look(t, database.Answering, 0, "", 0)

			err := w.db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_calendar SET version = version + 1`)

				return err
			})

			const words = "This console's own database can be read but not written: it is read-only."

			if explained := database.Explain(err); explained == nil || explained.Code != ops.CodeServiceUnavailable ||
				!strings.HasPrefix(explained.Message, words) || !ops.NotDone(explained) {
				t.Errorf("got %v, want %q, and nothing done", explained, words)
			}

			if got := w.Condition().Status; got != database.NotWritable {
				t.Errorf("before anybody looked: got %s, want %s", got, database.NotWritable)
			}

			w.look(t, database.NotWritable, time.Minute, words, 1)
			w.look(t, database.NotWritable, 2*time.Minute, words, 1)
			writable()
			w.look(t, database.Answering, 0, "", 2)
		})
	}
}

func TestWhatCannotBeKnownIsNotExplainedAway(t *testing.T) {
	t.Parallel()

	broke := fmt.Errorf("commit: %w: %w", store.ErrCommitUnknown, sql.ErrConnDone)

	if got := database.Explain(broke); got == nil || ops.NotDone(got) {
		t.Errorf("got %v, want an error of which it is not known whether it was done", got)
	}

	// The API of the control plane has INTERNAL_ERROR for that.
	if got := database.ExplainPlatform(broke); got != nil {
		t.Errorf("got %v, want nothing", got)
	}

	if got := database.ExplainPlatform(sql.ErrConnDone); got == nil || got.Details["service"] != ops.ComponentDatabase {
		t.Errorf("got %v, want the platform's database", got)
	}

	for _, err := range []error{nil, context.Canceled, errors.New("no such page")} {
		if got := database.Explain(err); got != nil {
			t.Errorf("of %v: got %v, want nothing", err, got)
		}
	}
}

// TestAnOutageBeginsWithTheLookThatFoundIt has time pass while it is looked.
func TestAnOutageBeginsWithTheLookThatFoundIt(t *testing.T) {
	t.Parallel()

	var now atomic.Int64 // seconds

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)
	w := database.New(database.Config{
		DB: db, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(now.Add(1), 0) },
	})

	if got := w.Condition(); got.Status != database.Unknown || got.LatencyMS != nil || !got.Since.IsZero() {
		t.Errorf("before the first look: got %+v, want it unknown", got)
	}

	if seen, _ := w.Seen(); len(seen) != 0 {
		t.Errorf("before the first look: got %v, want nothing", seen)
	}

	w.Look(t.Context())

	first, _ := w.Seen()
	start := storetest.Stop(t, db, databaseURL)

	begins := time.Unix(now.Load()+1, 0)

	w.Look(t.Context())
	w.Look(t.Context())
	start()

	ends := time.Unix(now.Load()+1, 0)

	w.Look(t.Context())

	seen, _ := w.Seen()
	if len(first) != 1 || len(seen) != 3 || seen[0].Since != first[0].Until || seen[0].Until != first[0].Until {
		t.Fatalf("got %v, then %v, want it answering, not answering and answering", first, seen)
	}

	if out, back := seen[1], seen[2]; out.Status != database.NotAnswering || !out.Since.Equal(begins) || !out.Until.Before(ends) ||
		!back.Since.Equal(ends) || !w.Condition().Since.Equal(ends) {
		t.Errorf("got %v and %v, want an outage from %v on, and none from %v on", out, back, begins, ends)
	}
}
