package monitor_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// sampled writes the used capacity and the limit every 15 s between two times, but for an hour in
// which nobody watched, with a peak of one sample.
func sampled(tb testing.TB, db *store.DB, from, until, gap, peak time.Time) {
	tb.Helper()

	var rows [][]any

	for at := from; at.Before(until); at = at.Add(15 * time.Second) {
		if !at.Before(gap) && at.Before(gap.Add(time.Hour)) {
			continue
		}

		value := 7.0
		if at.Equal(peak) {
			value = 30
		}

		rows = append(rows, []any{"used", store.Time{Time: at}, value}, []any{"cluster_total", store.Time{Time: at}, 50.0})
	}

	storetest.Fill(tb, db, `opsconsole_samples (series, at, value)`, rows)
}

func count(t *testing.T, db *store.DB, of string) (n int) {
	t.Helper()

	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM `+of).Scan(&n); err != nil {
		t.Fatal(err)
	}

	return n
}

// TestAReducedLineIsTheLineOfTheSamples with its peak and its gap, for every step that is offered.
func TestAReducedLineIsTheLineOfTheSamples(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		now := *w.clock.Load()
		from := now.Add(-40 * time.Hour)
		gap, peak := now.Add(-20*time.Hour).Truncate(time.Hour), now.Add(-30*time.Hour).Truncate(time.Minute)

		sampled(t, db, from.Truncate(time.Minute), now, gap, peak)

		steps := []time.Duration{6 * time.Minute, 42 * time.Minute, 3 * time.Hour}
		want := map[time.Duration]string{}

		for _, step := range steps {
			want[step] = drawn(t, w, now.Truncate(time.Hour).Add(-36*time.Hour), step)
		}

		for range 2 { // again, it comes out the same
			if err := w.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}

			for _, step := range steps {
				if got := drawn(t, w, now.Truncate(time.Hour).Add(-36*time.Hour), step); got != want[step] {
					t.Errorf("by %v: got %q, want as of the samples %q", step, got, want[step])
				}
			}
		}
	})
}

func drawn(t *testing.T, m *world, from time.Time, step time.Duration) string {
	t.Helper()

	used, _, err := usedSince(t.Context(), m, from, step)
	if err != nil {
		t.Fatal(err)
	}

	return values(used)
}

// TestSamplesAreKeptMoreCoarselyWithTime: raw ones for two days, minutes for a month, hours for more than a year.
func TestSamplesAreKeptMoreCoarselyWithTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		now := *w.clock.Load()

		for _, days := range []int{401, 399, 32, 30, 3, 1} {
			at := now.Add(-time.Duration(days) * 24 * time.Hour).Truncate(time.Hour)
			sampled(t, db, at, at.Add(30*time.Minute), now, now)

			// A day after another, as it is.
			if err := w.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		for of, want := range map[string]int{
			`opsconsole_samples`:                                         2 * 120,
			`opsconsole_reduced_samples WHERE seconds = 60`:              2 * 3 * 30,
			`opsconsole_reduced_samples WHERE seconds = 600`:             2 * 3 * 3,
			`opsconsole_reduced_samples WHERE seconds = 3600`:            2 * 5,
			`opsconsole_reduced_samples WHERE at LIKE '%:00:00.000000Z'`: 2 * (5 + 3 + 3),
		} {
			if got := count(t, db, of); got != want {
				t.Errorf("%s: %d rows, want %d", of, got, want)
			}
		}
	})
}

// TestSamplesThatComeLateAreReduced: another console may write them after this one has reduced the hour.
func TestSamplesThatComeLateAreReduced(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	w := newWorld(db)
	now := *w.clock.Load()
	at := now.Truncate(time.Hour).Add(-2 * time.Hour)
	sampled(t, db, at, now, now, now)

	if err := w.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO opsconsole_samples (series, at, value) VALUES ('used', $1, 44)`,
			store.Time{Time: at.Add(7 * time.Second)})

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if err := w.again(db).Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}

	used, _, err := usedSince(t.Context(), w, at, time.Hour)
	if err != nil || len(used) == 0 || *used[0].Value != 44 {
		t.Errorf("got %v, %v; want 44 first", values(used), err)
	}
}

// TestAClockThatWasAheadStopsNoReduction: what it reduced is to come for those whose clocks are right.
func TestAClockThatWasAheadStopsNoReduction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		now := *w.clock.Load()

		w.pass(72 * time.Hour)
		sampled(t, db, now.Add(70*time.Hour), now.Add(71*time.Hour), now, now)

		if err := w.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}

		w.at(now)
		sampled(t, db, now.Add(-5*time.Hour), now, now, now)

		if err := w.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}

		if got := count(t, db, `opsconsole_reduced_samples WHERE seconds = 3600 AND series = 'used'`); got != 5+1 {
			t.Errorf("%d hours are reduced, want the five, and the one that is to come", got)
		}
	})
}

// TestWhatAnotherConsoleReducedIsDrawn by one that has not reduced anything itself, and the highest
// stays where the samples are dropped by and by.
func TestWhatAnotherConsoleReducedIsDrawn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		now := *w.clock.Load()
		from := now.Add(-4 * 24 * time.Hour)
		peak := now.Add(-48*time.Hour - 30*time.Minute)
		sampled(t, db, from, now.Add(-47*time.Hour), now, peak)

		if err := w.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}

		w.at(now.Add(50 * time.Hour)) // nobody ran meanwhile, and of the peak's hour the rest is there

		other := w.again(db)
		for range 2 {
			used, _, err := usedSince(t.Context(), other, from, 3*time.Hour)
			if err != nil || len(used) == 0 || !used[0].At.Equal(from) || *peakOf(used) != 30 {
				t.Errorf("got %v, %v; want what was reduced, up to 30", values(used), err)
			}

			if err := other.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func peakOf(s monitor.Series) (peak *float64) {
	for _, p := range s {
		peak = monitor.Higher(peak, p.Value)
	}

	return peak
}
