package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const gibibyte = 1 << 30

// resourceMonitor records the memory that running instances use.
func resourceMonitor(memory Memory) job {
	if memory == nil {
		return func(context.Context, *pass) error { return skipped("nothing measures the memory of instances") }
	}

	return func(ctx context.Context, p *pass) error {
		usage, err := memory.MemoryUsage(ctx)
		if errors.Is(err, ErrNotMeasured) {
			return skipped(err.Error())
		}

		if err != nil {
			return err
		}

		instances, err := query(ctx, p.db.Read(), func(m *measured) []any { return []any{&m.id, &m.pod, &m.before, &m.gib} }, `
			SELECT i.id, i.pod_name, COALESCE(m.memory_usage_bytes, i.memory_usage_bytes, 0), COALESCE(i.memory_gb, 0)
			  FROM instances i LEFT JOIN opsconsole_instance_memory m ON m.instance_id = i.id
			 WHERE i.status = 'running' AND i.pod_name IS NOT NULL ORDER BY i.id`)
		if err != nil {
			return fmt.Errorf("look for running instances: %w", err)
		}

		p.found[countInstancesRunning] = len(instances)

		for _, m := range instances {
			now, known := usage[m.pod]
			if !known {
				continue
			}

			if now == m.before { // it stands there already
				p.done[countMeasured]++

				continue
			}

			if err := record(ctx, p, m, now); err != nil && !p.failed(ctx, "instance", m.id, err) {
				break
			}
		}

		return errors.Join(p.err(), forgetMemory(ctx, p))
	}
}

// measured is a running instance and what it was last known to use.
type measured struct {
	id     int64
	pod    string
	before int64 // bytes
	gib    int64 // its limit, 0 for none
}

// thresholds are the percentages of its limit past which an instance gets an event.
func thresholds() []int64 { return []int64{90, 80} }

// crossed is the highest threshold that is passed now and was not before, 0 for none.
func (m measured) crossed(now int64) int64 {
	const percent = 100

	limit := m.gib * gibibyte
	for _, threshold := range thresholds() {
		if above := limit * threshold / percent; limit > 0 && now > above && m.before <= above {
			return threshold
		}
	}

	return 0
}

func record(ctx context.Context, p *pass, m measured, now int64) error {
	threshold, recorded := m.crossed(now), false

	column, err := p.fit(ctx, "instances", "memory_usage_bytes", now)
	if err != nil {
		return err
	}

	err = p.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx,
			`UPDATE instances SET memory_usage_bytes = $1 WHERE id = $2 AND status = 'running'`, column, m.id))
		recorded = n > 0

		if err != nil || !recorded {
			return err
		}

		if err := keepMemory(ctx, tx, m.id, now, column.Valid); err != nil || threshold == 0 {
			return err
		}

		return addEvent(ctx, tx, p, m, now, threshold)
	})
	if err != nil || !recorded {
		return err
	}

	p.done[countMeasured]++

	if threshold > 0 {
		p.done[countMemoryEvents]++
	}

	return nil
}

// keepMemory keeps what the platform's column does not take.
func keepMemory(ctx context.Context, tx *sql.Tx, id, now int64, fits bool) (err error) {
	if fits {
		_, err = tx.ExecContext(ctx, `DELETE FROM opsconsole_instance_memory WHERE instance_id = $1`, id)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO opsconsole_instance_memory (instance_id, memory_usage_bytes) VALUES ($1, $2)
			ON CONFLICT (instance_id) DO UPDATE SET memory_usage_bytes = excluded.memory_usage_bytes`, id, now)
	}

	return err
}

// addEvent tells that an instance passed a threshold, in a table of our own: of the types that a
// platform's events have none is that.
func addEvent(ctx context.Context, tx *sql.Tx, p *pass, m measured, now, threshold int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_memory_events
			(instance_id, threshold_percent, memory_usage_bytes, memory_limit_bytes, created_at) VALUES ($1, $2, $3, $4, $5)`,
		m.id, threshold, now, m.gib*gibibyte, p.at())

	return err
}

// forgetMemory drops what is kept of instances that do not run any more, and of those that are
// gone, whoever deleted them.
func forgetMemory(ctx context.Context, p *pass) error {
	var errs []error

	for _, statement := range []string{
		`DELETE FROM opsconsole_instance_memory WHERE instance_id NOT IN (SELECT id FROM instances WHERE status = 'running')`,
		`DELETE FROM opsconsole_memory_events WHERE instance_id NOT IN (SELECT id FROM instances)`,
	} {
		_, err := p.update(ctx, statement)
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}
