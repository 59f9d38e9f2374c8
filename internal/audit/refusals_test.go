package audit_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

func refusedSave(message string) audit.Entry {
	return audit.Entry{
		Action: audit.ConfigSave, Object: "config/concurrency", Outcome: audit.Refused, Reason: "an event", Message: message,
	}
}

// messages are those of the log, the oldest first, with who was refused.
func messages(t *testing.T, log *audit.Log) []string {
	t.Helper()

	page, err := log.List(t.Context(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}

	out := make([]string, len(page.Items))
	for i, e := range page.Items {
		out[len(out)-1-i] = e.Actor + " " + string(e.Action) + " " + e.Message
	}

	return out
}

func TestARefusalThatRepeatsIsCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock := worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		log := audit.New(db, clock.Now)

		var audited atomic.Bool

		dave, olga := audit.Actor{Username: "dave", Role: "ops", Audited: &audited}, audit.Actor{Username: "olga", Role: "ops"}

		sumUp := func() {
			if err := log.SumUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		for i := range 1000 {
			audited.Store(false)

			entry, err := log.Record(t.Context(), dave, refusedSave("must be at most 100"))
			if err != nil || (entry.Seq != 0) != (i < 3) || !audited.Load() {
				t.Fatalf("refusal %d: got entry %d, audited %t, %v; want the first three written down", i, entry.Seq, audited.Load(), err)
			}
		}

		for _, other := range []audit.Entry{refusedSave("must be at least 1"), {Action: audit.JobTrigger, Outcome: audit.Refused}} {
			if _, err := log.Record(t.Context(), dave, other); err != nil {
				t.Fatal(err)
			}
		}

		if _, err := log.Record(t.Context(), olga, refusedSave("must be at most 100")); err != nil {
			t.Fatal(err)
		}

		clock.Advance(59 * time.Second)
		sumUp()

		want := []string{
			"dave config.save must be at most 100", "dave config.save must be at most 100", "dave config.save must be at most 100",
			"dave config.save must be at least 1", "dave job.trigger ", "olga config.save must be at most 100",
		}
		if got := messages(t, log); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("got %q, want %q", got, want)
		}

		clock.Advance(time.Second)
		sumUp()
		sumUp()

		want = append(want, "dave config.save Refused 997 more times since 12:00:00 UTC, the last time: must be at most 100")
		if got := messages(t, log); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("got %q, want %q", got, want)
		}

		// Another minute, another entry, and what is not summed up at the end is.
		for range 5 {
			if _, err := log.Record(t.Context(), dave, refusedSave("must be at most 100")); err != nil {
				t.Fatal(err)
			}
		}

		if err := log.Close(t.Context()); err != nil {
			t.Fatal(err)
		}

		want = append(want, "dave config.save must be at most 100", "dave config.save must be at most 100", "dave config.save must be at most 100",
			"dave config.save Refused 2 more times since 12:01:00 UTC, the last time: must be at most 100")
		if got := messages(t, log); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("got %q, want %q", got, want)
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" {
			t.Errorf("the chain: %+v, %v", state, err)
		}
	})
}

// TestRefusalsThatAllDifferAreBounded: a script that never tries the same twice fills no log either.
func TestRefusalsThatAllDifferAreBounded(t *testing.T) {
	t.Parallel()

	log := newLog(storetest.Open(t, storetest.SQLiteURL(t)))

	for i := range 500 {
		record(t, log, refusedSave(fmt.Sprintf("field %d is unknown", i)))
	}

	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	got := messages(t, log)
	if want := "Refused 440 more times since 12:00:00 UTC, about different things or for different reasons; the last time: field 499 is unknown"; len(got) != 61 || !strings.Contains(got[60], want) {
		t.Errorf("got %d entries, the last %q; want 61, and %q", len(got), got[len(got)-1], want)
	}
}

// TestHowAnActEndedIsAlwaysWrittenDown, however often it ends alike.
func TestHowAnActEndedIsAlwaysWrittenDown(t *testing.T) {
	t.Parallel()

	log := newLog(storetest.Open(t, storetest.SQLiteURL(t)))

	for range 5 {
		intent := record(t, log, audit.Entry{Action: audit.JobTrigger, Object: "jobs/lifecycle", Outcome: audit.Intent})
		end := record(t, log, audit.Entry{
			Action: audit.JobTrigger, Object: "jobs/lifecycle", Outcome: audit.Refused, Intent: intent.Seq, Message: "it runs",
		})

		if end.Seq != intent.Seq+1 {
			t.Errorf("intent %d is settled by entry %d, want %d", intent.Seq, end.Seq, intent.Seq+1)
		}
	}
}

// TestACountThatCannotBeWrittenDownIsKept, with what comes while the database is gone.
func TestACountThatCannotBeWrittenDownIsKept(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	clock := worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	log := audit.New(db, clock.Now)

	for range 10 {
		record(t, log, refusedSave("must be at most 100"))
	}

	clock.Advance(time.Minute)

	writable := storetest.MakeReadOnly(t, db, "")

	for range 2 {
		if err := log.SumUp(t.Context()); err == nil {
			t.Fatal("a database that takes nothing took it")
		}

		for range 5 { // it says each time that it is not in the log
			if _, err := log.Record(t.Context(), audit.Actor{Username: "dave"}, refusedSave("must be at most 100")); err == nil {
				t.Fatal("a database that takes nothing took it")
			}
		}
	}

	writable()

	for range 4 {
		record(t, log, refusedSave("must be at most 100"))
	}

	if err := log.SumUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	got := messages(t, log)
	if want := "Refused 8 more times since 12:00:00 UTC, the last time: must be at most 100"; len(got) != 7 || !strings.Contains(got[6], want) {
		t.Errorf("got %q, want 7 entries, the last %q", got, want)
	}
}

// TestAClockThatIsSetBackHidesNoCount: nobody waits for it to catch up.
func TestAClockThatIsSetBackHidesNoCount(t *testing.T) {
	t.Parallel()

	for name, sumUp := range map[string]func(log *audit.Log, ctx context.Context) error{
		"once a minute": (*audit.Log).SumUp, "at the end": (*audit.Log).Close,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			clock := worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
			log := audit.New(storetest.Open(t, storetest.SQLiteURL(t)), clock.Now)

			for range 4 {
				record(t, log, refusedSave("must be at most 100"))
			}

			clock.Advance(-time.Hour)

			if err := sumUp(log, t.Context()); err != nil {
				t.Fatal(err)
			}

			if got := messages(t, log); len(got) != 4 || !strings.Contains(strings.Join(got, "\n"), "Refused once more since 12:00:00 UTC") {
				t.Errorf("got %q, want the fourth counted", got)
			}
		})
	}
}
