package monitor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// sampleEvery is the least time between two samples of a series.
	sampleEvery = 15 * time.Second
	// GapAfter is the time without a sample from which on nobody saw what was.
	GapAfter = 4 * sampleEvery
	// window is how much a snapshot carries.
	window = time.Hour
	// keepSamples is how long samples and spans stay: a day more than they are shown.
	keepSamples = Kept + 24*time.Hour

	seriesUsed    = "used"
	seriesTotal   = "cluster_total"
	latencyPrefix = "latency:"
)

// rings hold the last hour in memory: the database is read once, at the start.
type rings struct {
	mu     sync.Mutex
	series map[string]Series
	spans  map[string]span
	// unwritten are spans that ended or that the database did not take: also of the time in which it took none.
	unwritten map[spanKey]span
	sampled   time.Time
	purged    time.Time
	metrics   *families
}

// span is the time in which a component was seen to hold a status.
type span struct {
	status       ops.ComponentStatus
	since, until time.Time
}

func newRings() *rings {
	return &rings{
		series: map[string]Series{}, spans: map[string]span{}, unwritten: map[spanKey]span{}, metrics: newFamilies(),
	}
}

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
	from := m.config.Now().Add(-window)

	spans, err := m.Spans(ctx, from)
	if err != nil {
		return err
	}

	own, err := m.OwnSpans(ctx, from)
	if err != nil {
		return err
	}

	for _, s := range slices.Concat(spans, own) {
		m.rings.spans[s.Component] = span{status: s.Status, since: s.Since, until: s.Until}
	}

	return nil
}

// keep adds what the snapshot, of a poll that began then, shows to the rings and the database,
// and the last hour to the snapshot.
func (m *Monitor) keep(ctx context.Context, next *Snapshot, begun time.Time) error {
	r := m.rings

	r.mu.Lock()
	defer r.mu.Unlock()

	now := next.At.UTC().Truncate(time.Microsecond)

	var err error

	spans := r.spansOf(next, begun.UTC().Truncate(time.Microsecond), now)

	// A clock that was set back starts anew, and a change of status waits for no sample.
	if changed := r.follow(spans); now.Sub(r.sampled) >= sampleEvery || now.Before(r.sampled) || changed {
		r.sampled = now
		err = m.sample(ctx, next, spans, now)
	}

	if now.Sub(r.purged) >= window || now.Before(r.purged) {
		r.purged = now
		err = errors.Join(err, m.purge(ctx, now))
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
	next.Moved = r.metrics.look(next.Metrics, now)
	next.Used, next.ClusterTotal = r.last(seriesUsed, now), r.last(seriesTotal, now)

	return err
}

// spansOf are the spans with the statuses that the snapshot shows; what is old is none. While it
// is asked in vain how the components are, nobody knows, however short that is.
func (r *rings) spansOf(next *Snapshot, begun, now time.Time) map[string]span {
	spans := map[string]span{}

	if !next.Health.Stale() {
		for name, component := range next.Health.Value.Components {
			spans[name] = r.spans[name].extend(component.Status, now, now)
		}
	} else if next.ControlPlane.Status != NotAsked {
		for name, last := range r.spans {
			if !strings.HasPrefix(name, ownPrefix) && last.status != ops.ComponentNotConfigured {
				spans[name] = last.extend(Unknown, begun, now)
			}
		}
	}

	// However long it was waited for in vain, it did not answer in all that time.
	if own := next.ControlPlane; own.Status != NotAsked {
		spans[ControlPlane] = r.spans[ControlPlane].extend(own.Status, begun, now)
	}

	if own := next.Database; own.Status != "" {
		spans[Database] = r.spans[Database].extend(own.Status, now, now)
	}

	return spans
}

// follow takes the spans as those that are now, and reports whether a status is another one than
// before; how long it was seen before is still to be written.
func (r *rings) follow(spans map[string]span) (changed bool) {
	for name, s := range spans {
		if before, known := r.spans[name]; known && !before.since.Equal(s.since) {
			r.unwritten[spanKey{name, before.since}] = before
			changed = changed || before.status != s.status
		}
	}

	maps.Copy(r.spans, spans)

	return changed
}

// history is what was seen of a component until now.
func (r *rings) history(name string, now time.Time) ComponentHistory {
	return ComponentHistory{Since: r.spans[name].since, Latency: r.last(latencyPrefix+name, now)}
}

// sample writes what was read in this poll; what is old is no sample.
func (m *Monitor) sample(ctx context.Context, next *Snapshot, spans map[string]span, now time.Time) error {
	values := map[string]float64{}
	if !next.Instances.Stale() {
		values[seriesUsed] = float64(next.Instances.Value.Limits.ClusterUsed)
		values[seriesTotal] = float64(next.Instances.Value.Limits.ClusterTotal)
	}

	if !next.Health.Stale() {
		for name, component := range next.Health.Value.Components {
			if component.LatencyMS != nil {
				values[latencyPrefix+name] = *component.LatencyMS
			}
		}
	}

	if latency := next.ControlPlane.LatencyMS; latency != nil {
		values[latencyPrefix+ControlPlane] = *latency
	}

	if latency := next.Database.LatencyMS; latency != nil {
		values[latencyPrefix+Database] = *latency
	}

	for name, value := range values {
		m.rings.add(name, now, value)
	}

	if len(values)+len(spans) == 0 {
		return nil
	}

	pending := m.rings.pending(spans)

	err := m.config.DB.Tx(ctx, func(tx *sql.Tx) error {
		for name, value := range values {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO opsconsole_samples (series, at, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				name, store.Time{Time: now}, value)
			if err != nil {
				return fmt.Errorf("write a sample of %s: %w", name, err)
			}
		}

		for key, s := range pending {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ($1, $2, $3, $4)
				ON CONFLICT (component, since) DO UPDATE SET until = excluded.until`,
				key.component, store.Time{Time: s.since}, store.Time{Time: s.until}, s.status)
			if err != nil {
				return fmt.Errorf("write the span of %s: %w", key.component, err)
			}
		}

		return nil
	})

	m.rings.unwritten = pending
	if err == nil || len(pending) > unwrittenMost {
		m.rings.unwritten = map[spanKey]span{}
	}

	return err
}

// spanKey names a span, as its row is named.
type spanKey struct {
	component string
	since     time.Time
}

// unwrittenMost bounds the spans that wait for a database which takes no writes.
const unwrittenMost = 1000

// pending are the spans and those that could not be written before.
func (r *rings) pending(spans map[string]span) map[spanKey]span {
	pending := map[spanKey]span{}
	maps.Copy(pending, r.unwritten)

	for component, s := range spans {
		pending[spanKey{component, s.since}] = s
	}

	return pending
}

// extend returns the span with the time in which the status was seen in it: the same one while
// the status holds without a gap, else a new one.
func (s span) extend(status ops.ComponentStatus, from, until time.Time) span {
	if s.status != status || from.Sub(s.until) > GapAfter {
		return span{status: status, since: from, until: until}
	}

	s.until = until

	return s
}

func (m *Monitor) purge(ctx context.Context, now time.Time) error {
	before := store.Time{Time: now.Add(-keepSamples)}

	return m.config.DB.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_samples WHERE at < $1`, before); err != nil {
			return fmt.Errorf("drop old samples: %w", err)
		}

		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_component_spans WHERE until < $1`, before); err != nil {
			return fmt.Errorf("drop old spans: %w", err)
		}

		return nil
	})
}

// add appends a sample, with a gap before it where there was none for long.
func (r *rings) add(name string, at time.Time, value float64) {
	series := r.series[name]
	if n := len(series); n > 0 && at.Sub(series[n-1].At) > GapAfter {
		series = append(series, Point{At: series[n-1].At.Add(sampleEvery)})
	}

	r.series[name] = append(series, Point{At: at, Value: &value})
}

// last returns a copy of the last hour of a series, and forgets what is older.
func (r *rings) last(name string, now time.Time) Series {
	series := r.series[name]
	for len(series) > 0 && now.Sub(series[0].At) > window {
		series = series[1:]
	}

	r.series[name] = series
	if len(series) == 0 {
		return nil
	}

	out := append(Series{}, series...)
	if now.Sub(out[len(out)-1].At) > GapAfter {
		out = append(out, Point{At: out[len(out)-1].At.Add(sampleEvery)})
	}

	return out
}
