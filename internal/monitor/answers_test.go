package monitor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// wrote are spans as some console wrote them.
func wrote(t *testing.T, db *store.DB, spans ...monitor.StatusSpan) {
	t.Helper()

	for _, s := range spans {
		if _, err := db.Write().ExecContext(t.Context(), `
			INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ($1, $2, $3, $4)
			ON CONFLICT (component, since) DO UPDATE SET until = excluded.until`,
			s.Component, store.Time{Time: s.Since}, store.Time{Time: s.Until}, s.Status); err != nil {
			t.Fatal(err)
		}
	}
}

func look(t *testing.T, a *monitor.Answers) monitor.Answered {
	t.Helper()

	seen, err := a.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return seen
}

// answered writes spans as minutes from noon on, to be compared.
func answered(noon time.Time, seen monitor.Answered) (out []string) {
	for _, s := range seen.Spans {
		out = append(out, fmt.Sprintf("%s %s %v-%v", s.Component, s.Status, s.Since.Sub(noon).Minutes(), s.Until.Sub(noon).Minutes()))
	}

	return out
}

func TestAnswers(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		now := noon
		span := func(component string, status ops.ComponentStatus, since, until int) monitor.StatusSpan {
			return monitor.StatusSpan{
				Component: component, Status: status, Since: noon.Add(time.Duration(since) * time.Minute), Until: noon.Add(time.Duration(until) * time.Minute),
			}
		}
		check := func(seen monitor.Answered, at time.Time, want ...string) {
			t.Helper()

			if got := answered(noon, seen); !slices.Equal(got, want) || !seen.At.Equal(at) {
				t.Errorf("got %q as of %s, want %q as of %s", got, seen.At, want, at)
			}
		}

		a := monitor.NewAnswers(db, func() time.Time { return now }, []string{"database", "starburst"})
		check(look(t, a), time.Time{})

		wrote(t, db,
			span("database", ops.ComponentConnected, -60, -40), span("database", ops.ComponentSlow, -40, -20), // slow is answering
			span("database", ops.ComponentUnreachable, -20, -15), span("database", monitor.Unknown, -15, -14),
			span("database", ops.ComponentUnreachable, -13, -1),
			span("kubernetes", ops.ComponentConnected, -60, 0), span("starburst", ops.ComponentNotConfigured, -60, -30),
		)

		// The unknown minute is not joined over, though so short a gap would be.
		want := []string{"database answering -60--20", "database not_answering -20--15", "database unknown -15--14", "database not_answering -13--1"}
		check(look(t, a), noon.Add(-time.Minute), want...)

		// What goes on is one span with what was read before, and what came late is noticed.
		now = noon.Add(10 * time.Minute)

		wrote(t, db,
			span("database", ops.ComponentUnreachable, -13, 2), span("database", ops.ComponentConnected, 2, 10),
			span("starburst", ops.ComponentUnreachable, -30, -25),
		)
		check(look(t, a), now, "database answering -60--20", "starburst not_answering -30--25", want[1], want[2],
			"database not_answering -13-2", "database answering 2-10")

		// A day later the span is still the one that it was, though only what is new was read.
		now = noon.Add(26 * time.Hour)

		wrote(t, db, span("database", ops.ComponentConnected, 2, 26*60))

		if got := answered(noon, look(t, a)); got[len(got)-1] != "database answering 2-1560" || len(got) != 6 {
			t.Errorf("a day later it is %q", got)
		}

		// What is older than it is to be known is forgotten.
		now = noon.Add(monitor.AnswersKept + time.Hour)
		check(look(t, a), noon.Add(26*time.Hour), "database answering 2-1560")
	})
}

// TestAnswersAreFew however often a component was slow, and however long consoles have been writing.
func TestAnswersAreFew(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	const days = 400

	tx, err := db.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}

	for i := range days * 24 {
		since, status := now.Add(time.Duration(i-days*24)*time.Hour), []ops.ComponentStatus{ops.ComponentConnected, ops.ComponentSlow}[i%2]
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ('database', $1, $2, $3)`,
			store.Time{Time: since}, store.Time{Time: since.Add(time.Hour - 15*time.Second)}, status); err != nil {
			t.Fatal(err)
		}
	}

	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}

	seen := look(t, monitor.NewAnswers(db, func() time.Time { return now }, []string{"database"}))
	if len(seen.Spans) != 1 || seen.Spans[0].Until.Sub(seen.Spans[0].Since) < monitor.AnswersKept-time.Hour {
		t.Errorf("%d spans are known, want one over all the time", len(seen.Spans))
	}
}
