package triggers

import (
	"context"
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// goneAfter is how old the intent of a trigger is when whoever made it can no longer be at it: as long as
// the call may take, and as long again for writing down how it ended.
const goneAfter = 2 * callTimeout

// Settle writes that it is unknown how triggers ended of processes that were killed over them. It minds neither
// other replicas nor that one which only was slow says later how its own ended.
func (t *Triggers) Settle(ctx context.Context, now time.Time) error {
	from := t.settled.Load()

	open, err := t.log.Unended(ctx, audit.JobTrigger, from)
	if err != nil {
		return err
	}

	var errs []error

	for _, intent := range open {
		from = intent.Seq

		if now.Sub(intent.At) < goneAfter {
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
