package changes

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// patience is how long what is open is waited for.
type patience struct {
	// pending is how long without a sign of life, and age where none are given.
	pending, age time.Duration
	// unknown is how long since the outcome became that.
	unknown time.Duration
}

func byAnybody() patience {
	return patience{pending: goneAfter, age: abandonedAfter, unknown: answerTimeout}
}

// byEnd is that of whoever ends a lease, and so holds the section: a call of this process is not under way. An end is
// not waited for as long as others, since setting the same values once more does no harm.
func byEnd() patience {
	return patience{pending: leaseEndTimeout, age: leaseEndTimeout, unknown: leaseEndTimeout}
}

// over is whether reading back can tell what became of an open change: nobody is at it any more, and what was sent
// has been waited for.
type over struct {
	is bool
	// silence is how long whoever carries it out has to be silent for that, 0 where something else tells it.
	silence time.Duration
}

// isOver reports whether an open change is over. On PostgreSQL the database's clock tells it, and on both what this process
// waited by itself: neither the clocks of other replicas, nor this one's that is set, make what is under way look old.
func (c *Changes) isOver(ctx context.Context, change Change, by patience) (over, error) {
	if change.Source != SourceLeaseEnd {
		by = byAnybody()
	}

	wait := by.pending

	if change.Outcome == Unknown {
		wait = by.unknown

		if c.waits.since(change, "", c.clock()) >= wait {
			return over{is: true}, nil
		}
	}

	if c.db.Dialect() == store.Postgres {
		if signed, silent, err := c.isSilent(ctx, change, wait); err != nil || signed {
			return over{is: silent, silence: wait}, err
		}
	}

	_, here := c.here.Load(change.ID)

	return over{is: change.Outcome == Pending && !here && c.isOlder(change, by.age)}, nil
}

// silent is the condition for that whoever carries out a change has given no sign of life for so long. One from the future is
// none: the database's clock was set back since, or another server with another clock took its place.
func silent(wait time.Duration) string {
	return fmt.Sprintf(`COALESCE(alive_at < clock_timestamp() - interval '%d milliseconds' OR alive_at > clock_timestamp(), false)`,
		wait.Milliseconds())
}

// isSilent reports whether signs of life were ever given of an open change, which a version before this one does not, and
// whether there was none for so long. Whoever lives gives the next one soon after the database's clock was set back: where the last is
// from the future, this process waits for that by its own clock.
func (c *Changes) isSilent(ctx context.Context, change Change, wait time.Duration) (signed, is bool, err error) {
	var ahead sql.NullString

	err = c.db.Read().QueryRowContext(ctx,
		`SELECT alive_at IS NOT NULL, `+silent(wait)+`, CASE WHEN alive_at > clock_timestamp() THEN alive_at::text END
		FROM opsconsole_changes WHERE id = $1`, change.ID).Scan(&signed, &is, &ahead)
	if err != nil {
		return false, false, fmt.Errorf("look for a sign of life of change %d: %w", change.ID, err)
	}

	if ahead.Valid {
		is = c.signs.since(change, ahead.String, c.clock()) >= wait
	}

	return signed, is, nil
}

// isOlder reports whether a change was made that long ago. One from the future is as old as can be: the clock was set back.
func (c *Changes) isOlder(change Change, wait time.Duration) bool {
	age := c.now().Sub(change.At)

	return age >= wait || age < -abandonedAfter
}

// waits are since when this process knows of a section's change that its outcome is unknown, or its last sign of life. It goes
// by moments that have the time of the monotonic clock, which nobody sets.
type waits struct {
	mu sync.Mutex
	by map[ops.SectionName]wait
}

type wait struct {
	change int64
	sign   string // "" where none is waited for
	begun  time.Time
}

// since is how long the change, or its next sign, has been waited for; it is begun with now.
func (w *waits) since(change Change, sign string, now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()

	if at := w.by[change.Section]; at.change != change.ID || at.sign != sign {
		if w.by == nil {
			w.by = map[ops.SectionName]wait{}
		}

		w.by[change.Section] = wait{change.ID, sign, now}
	}

	return now.Sub(w.by[change.Section].begun)
}
