package monitor

import "time"

const (
	// attentive is how long somebody who has looked counts as looking.
	attentive = 30 * time.Second
	// unwatchedPolls is how many times slower it is polled while nobody looks, as far as the samples allow.
	unwatchedPolls = 3
)

// Look notes that somebody looks. What they see is as old as the snapshot says; where it is older than
// it would be if somebody had looked all the time, it is read anew at once.
func (m *Monitor) Look() {
	now := m.config.Now().Round(0)
	m.looked.Store(now.UnixNano())

	if newest := m.Snapshot(); !newest.At.IsZero() && now.Sub(newest.At) > m.config.Interval+restTime {
		m.Wake()
	}
}

// Watched reports whether somebody looks: follows the monitor, or looked a moment ago.
func (m *Monitor) Watched() bool {
	if last := m.looked.Load(); last != 0 && time.Duration(m.config.Now().UnixNano()-last).Abs() < attentive {
		return true
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	return len(m.subscribers) > 0
}

// due reports whether it is to be polled at a tick: each, while somebody looks.
func (m *Monitor) due() bool {
	every := max(m.config.Interval, min(unwatchedPolls*m.config.Interval, sampleEvery))

	// A tick may come a little early.
	return m.Watched() || m.config.Now().Sub(m.Snapshot().At).Abs() > every-m.config.Interval/2
}
