package jobqueue_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAReplicaWhoseClockIsOffTakesOverNothing: neither from whoever works, nor, being late, loses what it works itself.
func TestAReplicaWhoseClockIsOffTakesOverNothing(t *testing.T) {
	t.Parallel()

	for name, off := range map[string]time.Duration{"early": time.Hour, "late": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := prepared.PostgresURL(t)
			db, ran := storetest.Open(t, databaseURL), make(chan string, 8)
			enqueuer := newEnqueuer(t, db)

			work := func(who string) jobqueue.Family {
				return notes(func(ctx context.Context, _ string) error {
					ran <- who

					<-ctx.Done()

					return ctx.Err()
				})
			}
			begin := func(who string, off time.Duration) {
				engine, err := jobqueue.New(jobqueue.Config{
					DB: storetest.Open(t, databaseURL), Now: func() time.Time { return time.Now().Add(off) },
					Logger: slog.New(slog.DiscardHandler), Grace: time.Second, LookEvery: 50 * time.Millisecond,
				}, work(who))
				if err != nil {
					t.Fatal(err)
				}

				ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
				done := make(chan error, 1)

				go func() { done <- engine.Run(ctx) }()

				t.Cleanup(func() {
					stop()

					if err := <-done; err != nil {
						t.Error(err)
					}
				})
			}

			begin("one that is off", off)
			enqueue(t, db, enqueuer, "a", time.Time{})
			receive(t, ran, "the first job")

			begin("one that is right", 0)
			enqueue(t, db, enqueuer, "b", time.Time{})
			receive(t, ran, "the second job")

			select {
			case who := <-ran:
				t.Errorf("%s works a job beside whoever does", who)
			case <-time.After(5 * time.Second):
			}
		})
	}
}

// TestReplicasWhoseClocksDifferWorkInTime: what a replica enqueues, puts off and leads over is worked when it is due by the
// database's clock, not minutes later.
func TestReplicasWhoseClocksDifferWorkInTime(t *testing.T) {
	t.Parallel()

	for name, ahead := range map[string]time.Duration{"early": 10 * time.Minute, "late": -10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db := storetest.Open(t, storetest.ClockOff(t, prepared.PostgresURL(t), ahead))
			enqueuer := newEnqueuer(t, db)

			endpoint, got := newEndpoint(t, http.StatusBadGateway, http.StatusOK)
			hooks := newHooks(t, db, enqueuer, endpoint)

			start(t, db, jobqueue.WebhookDeliveries(hooks))
			happen(t, hooks)

			receive(t, got, "the first attempt")

			begun := time.Now()

			receive(t, got, "the second")

			// The pause is 2.5 to 5 s, and who leads looks every 5 s what is due.
			if took := time.Since(begun); took < 2*time.Second || took > 30*time.Second {
				t.Errorf("it was tried again after %v", took)
			}
		})
	}
}
