package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// lifecycle ends what is past its time: instances first, since snapshots are kept
// for them, as mappings are for snapshots.
func lifecycle(ctx context.Context, p *pass) error {
	for _, step := range []func(context.Context, *pass) error{
		terminateExpired, suspendIdle, deleteExpiredSnapshots, deleteExpiredMappings,
	} {
		if err := step(ctx, p); err != nil {
			p.errs = append(p.errs, err)
		}
	}

	return p.err()
}

// timed is something that ends a duration after a moment.
type timed struct {
	id          int64
	from, after string
}

func timedFields(t *timed) []any { return []any{&t.id, &t.from, &t.after} }

// over reports whether the time has come. What cannot be read never ends: it is
// counted and logged, since it may be what the platform wrote.
func (t timed) over(ctx context.Context, p *pass, what string) bool {
	from, errFrom := ops.ParseTime(t.from)
	after, errAfter := ops.ReadDuration(t.after)

	err := errors.Join(errFrom, errAfter)
	if err == nil {
		return !p.now().Before(from.Add(after))
	}

	p.found[countUnreadable]++
	p.logger.WarnContext(ctx, "a time to live cannot be read", slog.String("of", what), slog.Int64("id", t.id), slog.Any("error", err))

	return false
}

func terminateExpired(ctx context.Context, p *pass) error {
	instances, err := query(ctx, p.db.Read(), timedFields, `
		SELECT id, created_at, ttl FROM instances WHERE ttl IS NOT NULL AND ttl <> '' AND status <> 'stopping' ORDER BY id`)
	if err != nil {
		return fmt.Errorf("look for instances past their ttl: %w", err)
	}

	for _, i := range instances {
		if !i.over(ctx, p, "instance") {
			continue
		}

		p.found[countInstancesExpired]++

		ended, err := p.update(ctx,
			`UPDATE instances SET status = 'stopping', updated_at = $1 WHERE id = $2 AND status <> 'stopping'`, p.at(), i.id)

		failpoint.Reach(failpoint.InstanceEnded)

		if goOn := tally(ctx, p, "instance", i.id, ended, err, countInstancesEnded, countInstancesFailed); !goOn {
			return nil
		}
	}

	return nil
}

func suspendIdle(ctx context.Context, p *pass) error {
	instances, err := query(ctx, p.db.Read(), timedFields, `
		SELECT id, COALESCE(last_activity_at, started_at, updated_at), inactivity_timeout FROM instances
		 WHERE status = 'running' AND inactivity_timeout IS NOT NULL AND inactivity_timeout <> '' ORDER BY id`)
	if err != nil {
		return fmt.Errorf("look for idle instances: %w", err)
	}

	for _, i := range instances {
		if !i.over(ctx, p, "instance") {
			continue
		}

		p.found[countInstancesIdle]++

		// Used since it was read: not idle.
		suspended, err := p.update(ctx, `
			UPDATE instances SET status = 'suspended', suspended_at = $1, updated_at = $1
			 WHERE id = $2 AND status = 'running' AND COALESCE(last_activity_at, started_at, updated_at) = $3`, p.at(), i.id, i.from)

		failpoint.Reach(failpoint.InstanceSuspended)

		if goOn := tally(ctx, p, "instance", i.id, suspended, err, countInstancesSuspended, countInstancesFailed); !goOn {
			return nil
		}
	}

	return nil
}

func deleteExpiredSnapshots(ctx context.Context, p *pass) error {
	return deleteExpired(ctx, p, expiring{
		what: "snapshot", expired: countSnapshotsExpired, deleted: countSnapshotsDeleted, failed: countSnapshotsFailed,
		find: `
			SELECT id, created_at, ttl FROM snapshots s
			 WHERE ttl IS NOT NULL AND ttl <> '' AND status IN ('ready', 'failed', 'cancelled') AND id > $1
			   AND NOT EXISTS (SELECT 1 FROM instances WHERE snapshot_id = s.id OR pending_snapshot_id = s.id)
			 ORDER BY id LIMIT $2`,
		parts: `DELETE FROM export_jobs WHERE snapshot_id = $1`,
		remove: `
			DELETE FROM snapshots WHERE id = $1 AND status IN ('ready', 'failed', 'cancelled')
			   AND NOT EXISTS (SELECT 1 FROM instances WHERE snapshot_id = $1 OR pending_snapshot_id = $1)`,
	})
}

func deleteExpiredMappings(ctx context.Context, p *pass) error {
	return deleteExpired(ctx, p, expiring{
		what: "mapping", expired: countMappingsExpired, deleted: countMappingsDeleted, failed: countMappingsFailed,
		find: `
			SELECT id, created_at, ttl FROM mappings m
			 WHERE ttl IS NOT NULL AND ttl <> '' AND id > $1 AND NOT EXISTS (SELECT 1 FROM snapshots WHERE mapping_id = m.id)
			 ORDER BY id LIMIT $2`,
		parts:  `DELETE FROM mapping_versions WHERE mapping_id = $1`,
		remove: `DELETE FROM mappings WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM snapshots WHERE mapping_id = $1)`,
	})
}

// expiring is a kind of thing that is deleted past its ttl, unless something depends
// on it: neither find nor remove touches such a one.
type expiring struct {
	what                     string
	expired, deleted, failed string
	find, parts, remove      string
}

const expiringPage = 500

// errInUse rolls a deletion back.
var errInUse = errors.New("something depends on it now")

func deleteExpired(ctx context.Context, p *pass, e expiring) error {
	for last := int64(0); ; {
		page, err := query(ctx, p.db.Read(), timedFields, e.find, last, expiringPage)
		if err != nil {
			return fmt.Errorf("look for %ss past their ttl: %w", e.what, err)
		}

		for _, t := range page {
			last = t.id

			if !t.over(ctx, p, e.what) {
				continue
			}

			p.found[e.expired]++

			deleted, err := e.delete(ctx, p, t.id)
			if goOn := tally(ctx, p, e.what, t.id, deleted, err, e.deleted, e.failed); !goOn {
				return nil
			}
		}

		if len(page) < expiringPage {
			return nil
		}
	}
}

func (e expiring) delete(ctx context.Context, p *pass, id int64) (deleted bool, err error) {
	err = p.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, e.parts, id); err != nil {
			return err
		}

		n, err := affected(tx.ExecContext(ctx, e.remove, id))
		if err == nil && n == 0 {
			return errInUse
		}

		if err != nil {
			return err
		}

		return forgetFavorites(ctx, p.db.Dialect(), tx, e.what, id)
	})
	if errors.Is(err, errInUse) {
		return false, nil
	}

	return err == nil, err
}

// tally counts one that was ended, or could not be. It returns false if there is no
// use in going on.
func tally(ctx context.Context, p *pass, what string, id int64, ended bool, err error, done, failed string) bool {
	if err != nil {
		p.done[failed]++

		return p.failed(ctx, what, id, err)
	}

	if ended {
		p.done[done]++
	}

	return true
}
