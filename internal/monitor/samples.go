package monitor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// sampleEvery is about the least time between two samples of a series.
	sampleEvery = 15 * time.Second
	// early is how much sooner a poll may come than its tick: it is a sample all the same, and not the next one.
	early = time.Second
	// GapAfter is the time without a sample from which on nobody saw what was.
	GapAfter = 4 * sampleEvery
	// rawShown is of how long samples are shown as they were taken; they are kept a day longer.
	rawShown = 24 * time.Hour
	// window is how much a snapshot carries.
	window = time.Hour
	// keepSamples is how long the highest samples of minutes stay, and keepSpans how long spans do: a day
	// more than they are shown.
	keepSamples = Kept + 24*time.Hour
	keepSpans   = AnswersKept + 24*time.Hour

	latencyPrefix = "latency:"
	exportsPrefix = "exports:"
)

// batch is what of a poll is written to the database.
type batch struct {
	at     time.Time
	values map[string]float64
	spans  map[spanKey]span
}

// see adds what the snapshot, of a poll that began then, shows to the rings, and the last hour to
// the snapshot. It returns what is to be written now.
func (m *Monitor) see(next *Snapshot, begun time.Time) batch {
	r := m.rings

	r.mu.Lock()
	defer r.mu.Unlock()

	now := microseconds(next.At)
	due := batch{at: now}
	changed := r.spans.see(next, microseconds(begun), now)
	r.spans.forget()

	// A clock that was set back starts anew, and a change of status waits for no sample.
	if now.Sub(r.sampled) > sampleEvery-early || now.Before(r.sampled) || changed {
		r.sampled = now
		due.values, due.spans = samplesOf(next), maps.Clone(r.spans.unwritten)

		for name, value := range due.values {
			r.add(name, now, value)
		}
	}

	next.Components = map[string]ComponentHistory{}
	for name := range next.Health.Value.Components {
		next.Components[name] = r.history(name, now)
	}

	next.ControlPlane.ComponentHistory = r.history(ControlPlane, now)
	if next.ControlPlane.Status == NotAsked {
		next.ControlPlane.Since = time.Time{}
	}

	next.Database.ComponentHistory = r.history(Database, now)
	next.spans = r.spans.seen()
	next.Moved = r.metrics.look(next.Metrics, now)
	next.Used, next.ClusterTotal = r.last(Used, now), r.last(ClusterTotal, now)

	return due
}

// microseconds is the time as both databases keep it.
func microseconds(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// samplesOf are the values that were read in this poll, by series; what is old is no sample.
func samplesOf(next *Snapshot) map[string]float64 {
	values := map[string]float64{}
	if !next.Instances.Stale() {
		values[Used] = float64(next.Instances.Value.Limits.ClusterUsed)
		values[ClusterTotal] = float64(next.Instances.Value.Limits.ClusterTotal)
	}

	if !next.State.Stale() {
		for _, status := range ops.ExportJobStatuses() {
			values[exportsPrefix+string(status)] = float64(next.State.Value.ExportJobs.ByStatus[string(status)])
		}
	}

	latencies := map[string]*float64{ControlPlane: next.ControlPlane.LatencyMS, Database: next.Database.LatencyMS}

	if !next.Health.Stale() {
		for name, component := range next.Health.Value.Components {
			latencies[name] = component.LatencyMS
		}
	}

	for name, latency := range latencies {
		if latency != nil {
			values[latencyPrefix+name] = *latency
		}
	}

	return values
}

// keep writes it. Spans that the database does not take are written later.
func (m *Monitor) keep(ctx context.Context, due batch) error {
	if m.config.DB.CannotRead() != nil {
		return nil //nolint:nilerr // it is told elsewhere, and would only be waited for
	}

	var err error

	if len(due.values)+len(due.spans) > 0 {
		if err = m.config.DB.Tx(ctx, func(tx *sql.Tx) error { return due.write(ctx, tx) }); err == nil {
			m.written(due)
		}
	}

	if past := m.past.Load(); past == nil || due.at.Sub(past.at).Abs() >= recallEvery {
		err = errors.Join(err, m.recall(ctx))
	}

	return err
}

func (b batch) write(ctx context.Context, tx *sql.Tx) error {
	var samples, spans [][]any

	for _, name := range slices.Sorted(maps.Keys(b.values)) {
		samples = append(samples, []any{name, store.Time{Time: b.at}, b.values[name]})
	}

	for key, s := range b.spans {
		spans = append(spans, []any{key.component, store.Time{Time: s.since}, store.Time{Time: s.until}, s.status})
	}

	err := insertMany(ctx, tx, `INSERT INTO opsconsole_samples (series, at, value) VALUES `, samples, ` ON CONFLICT DO NOTHING`)
	if err != nil {
		return fmt.Errorf("write the samples: %w", err)
	}

	err = insertMany(ctx, tx, `INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES `, spans,
		` ON CONFLICT (component, since) DO UPDATE SET until = excluded.until`)
	if err != nil {
		return fmt.Errorf("write the spans: %w", err)
	}

	return nil
}

// insertMost is how many rows one statement inserts.
const insertMost = 50

// insertMany inserts rows that have all the same number of values, many with one statement.
func insertMany(ctx context.Context, tx *sql.Tx, insert string, rows [][]any, conflict string) error {
	for some := range slices.Chunk(rows, insertMost) {
		var (
			text strings.Builder
			args []any
		)

		for i, row := range some {
			if i > 0 {
				text.WriteString(", ")
			}

			marks := make([]string, len(row))
			for j, value := range row {
				args = append(args, value)
				marks[j] = fmt.Sprintf("$%d", len(args))
			}

			text.WriteString("(" + strings.Join(marks, ", ") + ")")
		}

		if _, err := tx.ExecContext(ctx, insert+text.String()+conflict, args...); err != nil {
			return err
		}
	}

	return nil
}

// written takes what the database has now from what waits for it.
func (m *Monitor) written(b batch) {
	m.rings.mu.Lock()
	defer m.rings.mu.Unlock()

	for key, s := range b.spans {
		if m.rings.spans.unwritten[key] == s {
			delete(m.rings.spans.unwritten, key)
		}
	}
}
