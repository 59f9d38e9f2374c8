package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
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
			SELECT id, pod_name, COALESCE(memory_usage_bytes, 0), COALESCE(memory_gb, 0)
			  FROM instances WHERE status = 'running' AND pod_name IS NOT NULL ORDER BY id`)
		if err != nil {
			return fmt.Errorf("look for running instances: %w", err)
		}

		p.found[countInstancesRunning] = len(instances)

		for _, m := range instances {
			now, known := usage[m.pod]
			if !known {
				continue
			}

			if err := record(ctx, p, m, now); err != nil && !p.failed(ctx, "instance", m.id, err) {
				break
			}
		}

		return p.err()
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

	err := p.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx,
			`UPDATE instances SET memory_usage_bytes = $1 WHERE id = $2 AND status = 'running'`, now, m.id))
		recorded = n > 0

		if err != nil || !recorded || threshold == 0 {
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

// addEvent tells of a resize that did not happen: of the event types that the
// platform's table takes it is the one that is true, since nothing here resizes.
func addEvent(ctx context.Context, tx *sql.Tx, p *pass, m measured, now, threshold int64) error {
	details, err := json.Marshal(map[string]any{
		"reason":             fmt.Sprintf("memory use is above %d per cent of the limit; this control plane does not resize", threshold),
		"threshold_percent":  threshold,
		"memory_usage_bytes": now,
		"memory_limit_bytes": m.gib * gibibyte,
	})
	if err != nil {
		return err
	}

	_, err = tx.ExecContext(ctx,
		`INSERT INTO instance_events (instance_id, event_type, details, created_at) VALUES ($1, 'resize_failed', $2, $3)`,
		m.id, string(details), p.at())

	return err
}
