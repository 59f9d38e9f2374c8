package triggers

import (
	"context"
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// goneAfter is how long the intent of a trigger has been waited for when whoever made it can no longer be at it: as long as
// the call may take, and as long again for writing down how it ended. Its age tells nothing: another replica's clock wrote its time.
const goneAfter = 2 * callTimeout

// Settle writes that it is unknown how triggers ended of processes that were killed over them. It minds neither
// other replicas nor that one which only was slow says later how its own ended. It is to be called again and again, by one
// goroutine; now has the time of the monotonic clock.
func (t *Triggers) Settle(ctx context.Context, now time.Time) error {
	from := t.settled.Load()

	open, err := t.log.Unended(ctx, audit.JobTrigger, from)
	if err != nil {
		return err
	}

	var errs []error

	seen := t.seen
	t.seen = map[int64]time.Time{}

	for _, intent := range open {
		since, before := seen[intent.Seq]
		if !before {
			since = now
		}

		t.seen[intent.Seq] = since
	}

	for _, intent := range open {
		from = intent.Seq

		if now.Sub(t.seen[intent.Seq]) < goneAfter {
			break
		}

		err := t.log.End(ctx, audit.Actor{Username: intent.Actor, Role: intent.Role}, audit.Entry{
			Action: intent.Action, Object: intent.Object, Outcome: audit.Unknown, Reason: intent.Reason, Intent: intent.Seq,
			Before: intent.Before,
			Message: "The console was stopped before the control plane's answer was written down. " +
				"Check the job's runs before you run it again.",
		})
		if err != nil {
			errs = append(errs, err)

			break
		}

		if t.OnChange != nil {
			t.OnChange()
		}
	}

	t.settled.Store(from) // what is older has an ending

	return errors.Join(errs...)
}
