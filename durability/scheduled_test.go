package durability_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
)

// schedule has a field of a section set, that long from now.
func (w *world) schedule(in time.Duration) {
	w.t.Helper()

	if seen, ok := w.section("concurrency"); ok {
		w.do(w.dave, http.MethodPost, "/config/concurrency", "change.schedule", map[string]any{
			"cluster_total": 600 + w.random.IntN(400), "revision": seen.text("revision"), "at": time.Now().Add(in).UTC().Format(time.RFC3339Nano),
		}, nil)
	}
}

// later has it set in a moment, once nothing is scheduled any more that waits for somebody.
func (w *world) later() {
	if !w.cancelScheduled("held") {
		w.schedule(time.Second)
	}
}

// muchLater has it set in an hour, or not at all.
func (w *world) muchLater() {
	if !w.cancelScheduled("held") && !w.cancelScheduled("scheduled") {
		w.schedule(time.Hour)
	}
}

// cancelScheduled cancels a scheduled change in a state, and reports whether there is one.
func (w *world) cancelScheduled(state string) bool {
	w.t.Helper()

	open, err := w.dave.get(w.t.Context(), "/scheduled?state="+state)
	if err != nil {
		return true
	}

	for _, s := range open.items() {
		w.do(w.dave, http.MethodPost, fmt.Sprintf("/scheduled/%d/cancel", s.number("id")), "schedule.cancel", map[string]any{}, nil)

		return true
	}

	return false
}

// leaveLaterUnknown has a scheduled change come while it is not known what became of another change of its section.
func (w *world) leaveLaterUnknown() {
	w.t.Helper()

	for left := 0; left == 0; { // it may be what was scheduled itself of which that is not known
		w.begin(at("kill", failpoint.ChangeCalled, 2))

		for !w.process.dead() {
			w.later()
			w.save()
		}

		left = w.count(`SELECT count(*) FROM opsconsole_changes c JOIN opsconsole_scheduled_changes s ON s.section = c.section
			WHERE c.outcome IN ('pending', 'unknown') AND c.section = 'concurrency' AND s.state = 'scheduled' AND s.applying = 0`)
	}
}
