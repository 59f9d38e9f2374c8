package monitor_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// usedSince is the line of the used capacity, and that of its limit, up to the present.
func usedSince(
	ctx context.Context, m interface {
		Lines(ctx context.Context, from, until time.Time, step time.Duration, names ...string) (map[string]monitor.Series, error)
	}, from time.Time, step time.Duration,
) (used, total monitor.Series, err error) {
	lines, err := m.Lines(ctx, from, from.Add(time.Hour*24*60), step, monitor.Used, monitor.ClusterTotal)

	return lines[monitor.Used], lines[monitor.ClusterTotal], err
}

// TestALineEndsWhereItsTimeDoes, whether that is reduced already or not.
func TestALineEndsWhereItsTimeDoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		w := newWorld(db)
		now := *w.clock.Load()
		from := now.Add(-6 * time.Hour).Truncate(time.Hour)
		sampled(t, db, from, now, now, from.Add(90*time.Minute))

		for range 2 {
			for until, want := range map[time.Duration]string{time.Hour: " 7 7", 2 * time.Hour: " 7 7 7 30"} {
				lines, err := w.Lines(t.Context(), from, from.Add(until), 30*time.Minute, monitor.Used)
				if got := values(lines[monitor.Used]); err != nil || got != want {
					t.Errorf("until %v: got %q, %v, want %q", until, got, err, want)
				}
			}

			if err := w.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestAStepIsNoShorterThanWhatIsKept: the samples of two days, the minutes of a month, hours beyond.
func TestAStepIsNoShorterThanWhatIsKept(t *testing.T) {
	t.Parallel()

	const day = 24 * time.Hour

	now := time.Date(2026, 3, 5, 14, 7, 0, 0, time.UTC)

	for _, c := range []struct{ ago, length, want time.Duration }{
		{time.Hour, time.Hour, 15 * time.Second},
		{10 * time.Minute, time.Minute, 15 * time.Second},
		{6 * time.Hour, 6 * time.Hour, 2 * time.Minute},
		{day, day, 10 * time.Minute},
		{7 * day, 7 * day, time.Hour},
		{30 * day, 30 * day, 3 * time.Hour},
		{3 * day, time.Hour, time.Minute},
		{31 * day, time.Hour, time.Hour},
		{400 * day, 400 * day, 2 * day},
	} {
		from := now.Add(-c.ago)
		if got := monitor.Step(from, from.Add(c.length), now); got != c.want {
			t.Errorf("%v, %v ago: got steps of %v, want %v", c.length, c.ago, got, c.want)
		}
	}
}
