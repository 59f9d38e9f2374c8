package monitor

import (
	"context"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
)

// load fills the rings from the database.
func (m *Monitor) load(ctx context.Context) error {
	m.rings.mu.Lock()
	defer m.rings.mu.Unlock()

	rows, err := m.config.DB.Read().QueryContext(ctx,
		`SELECT series, at, value FROM opsconsole_samples WHERE at > $1 ORDER BY at`,
		store.Time{Time: m.config.Now().Add(-window)})
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			name  string
			at    store.Time
			value float64
		)

		if err := rows.Scan(&name, &at, &value); err != nil {
			return fmt.Errorf("read the samples: %w", err)
		}

		m.rings.add(name, at.Time, value)
	}

	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}

	return m.loadSpans(ctx)
}

func (m *Monitor) loadSpans(ctx context.Context) error {
	if err := m.recall(ctx); err != nil {
		return err
	}

	past := m.past.Load()
	from := past.at.Add(-window)

	for _, s := range joined(past.spans) {
		if s.Until.After(from) {
			m.rings.spans.now[s.Component] = span{status: s.Status, since: s.Since, until: s.Until}
		}
	}

	return nil
}
