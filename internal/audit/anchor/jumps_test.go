package anchor_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

// TestHeadsLeaveWhereTheClockJumps offers a head every 15 s, as the console does, and has the clock jump once: each five minutes a
// head leaves, none is left out and none comes but once for the jump itself.
func TestHeadsLeaveWhereTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, jump := range map[string]time.Duration{"a day's sleep": 24 * time.Hour, "an hour ahead": time.Hour, "an hour back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var offset atomic.Int64

				to, clock := &place{}, func() time.Time { return time.Now().Round(0).Add(time.Duration(offset.Load())) }
				sender := anchor.New(anchor.Config{
					Key: newKey(1), Destinations: []anchor.Destination{to}, Now: clock, Logger: slog.New(slog.DiscardHandler),
				})
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error)

				go func() { ended <- sender.Run(ctx) }()

				for n := range 80 { // twenty minutes
					if n == 30 {
						offset.Store(int64(jump))
					}

					sender.Offer(audit.Head{Seq: 7, Hash: "h"})
					<-time.After(15 * time.Second)
				}

				stop()

				if err := <-ended; err != nil {
					t.Fatal(err)
				}

				found, err := anchor.Read(strings.NewReader(strings.Join(to.lines, "\n")), public(newKey(1)))
				if err != nil || len(found.Anchors) != 5 {
					t.Errorf("%d heads left in twenty minutes, %v; want one each 4 min 30 s, and one as the clock jumped", len(found.Anchors), err)
				}
			})
		})
	}
}
