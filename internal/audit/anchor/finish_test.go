package anchor_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

// TestTheLastHeadIsSentAsTheConsoleEnds has entries recorded sooner after a head than the next one is due.
func TestTheLastHeadIsSentAsTheConsoleEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s *anchor.Sender

		to := &place{}
		s = anchor.New(anchor.Config{
			Key: newKey(1), Destinations: []anchor.Destination{to}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
			Finish: func(context.Context) error {
				s.Offer(audit.Head{Seq: 6})

				return nil
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)

		go func() { ended <- s.Run(ctx) }()

		s.Offer(audit.Head{Seq: 1})
		s.Offer(audit.Head{Seq: 5})
		synctest.Wait()
		stop()

		if err := <-ended; err != nil || len(to.lines) != 2 || !strings.Contains(to.lines[1], `"seq":6,`) {
			t.Errorf("got %v, %v; want the heads of 1 and 6", err, to.lines)
		}
	})
}
