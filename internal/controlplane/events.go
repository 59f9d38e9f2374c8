package controlplane

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// memoryHigh is the type of the events that the platform's own table does not take: see jobs.
const memoryHigh = "memory_high"

// memoryEvent is the details of such an event.
type memoryEvent struct {
	ThresholdPercent int64 `json:"threshold_percent"`
	MemoryUsageBytes int64 `json:"memory_usage_bytes"`
	MemoryLimitBytes int64 `json:"memory_limit_bytes"`
}

// GetInstanceEvents implements [ops.Instances]. That memory was nearly full is told beside what stands
// in the platform's own table, under numbers below 0: both tables count from 1.
func (s session) GetInstanceEvents(
	ctx context.Context, id int64, query ops.InstanceEventsQuery,
) (events []ops.InstanceEvent, err error) {
	instance, err := s.GetInstance(ctx, id)
	if err == nil {
		err = s.permit(instance)
	}

	if err != nil {
		return nil, err
	}

	if query.Limit == 0 {
		query.Limit = instancesDefaultLimit
	}

	if err := ops.Invalid(append(ops.CheckRange("query.offset", query.Offset, 0, offsetMax),
		ops.CheckRange("query.limit", query.Limit, 1, instancesMaxLimit)...)); err != nil {
		return nil, err
	}

	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT id, event_type, details, created_at, 0, 0, 0 FROM instance_events WHERE instance_id = $1
		UNION ALL
		SELECT -id, '`+memoryHigh+`', NULL, created_at, threshold_percent, memory_usage_bytes, memory_limit_bytes
		  FROM opsconsole_memory_events WHERE instance_id = $1
		 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`, id, query.Limit, query.Offset)
	if err != nil {
		return nil, fmt.Errorf("read the events of instance %d: %w", id, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()

	events = []ops.InstanceEvent{}

	for rows.Next() {
		event, err := scanEvent(rows)
		if err != nil {
			return nil, fmt.Errorf("read an event of instance %d: %w", id, err)
		}

		events = append(events, event)
	}

	return events, rows.Err()
}

func scanEvent(row scanner) (ops.InstanceEvent, error) {
	var (
		event   ops.InstanceEvent
		details sql.NullString
		created nullTime
		memory  memoryEvent
	)

	err := row.Scan(&event.ID, &event.EventType, &details, &created,
		&memory.ThresholdPercent, &memory.MemoryUsageBytes, &memory.MemoryLimitBytes)
	if err != nil {
		return event, err
	}

	if created.Time != nil {
		event.CreatedAt = *created.Time
	}

	event.Details = asJSON(details)
	if event.EventType == memoryHigh {
		event.Details, err = json.Marshal(memory)
	}

	return event, err
}
