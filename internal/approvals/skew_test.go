package approvals_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/approvals"
)

// TestReplicasWhoseClocksDifferAgreeWhenAnApprovalExpires: each of them lets it be decided for its whole day, and none longer.
func TestReplicasWhoseClocksDifferAgreeWhenAnApprovalExpires(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		begun := w.clock.Now()
		asked := w.ask()
		decision := approvals.Decision{ID: asked.ID, To: approvals.Approved, By: olga, Actor: actor(olga), Reason: reason}

		for _, test := range []struct {
			at   time.Duration
			want approvals.State
		}{{approvals.Lifetime - time.Minute, approvals.Waiting}, {approvals.Lifetime, approvals.Expired}} {
			w.clock.Set(begun.Add(test.at))

			for _, off := range []time.Duration{-48 * time.Hour, -time.Hour, 0, time.Hour, 48 * time.Hour} {
				c := w.Config
				c.Now = func() time.Time { return w.clock.Now().Add(off) }
				replica := approvals.New(c)

				if _, err := replica.Check(w.t.Context(), decision); (err == nil) != (test.want == approvals.Waiting) {
					w.t.Errorf("a clock that is off by %s decides after %s with %v", off, test.at, err)
				}

				if err := replica.Look(w.t.Context()); err != nil {
					w.t.Fatal(err)
				}

				w.want(asked, test.want)
			}
		}
	})
}
