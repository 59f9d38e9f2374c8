package handlerstest

import (
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Outside changes the limits as somebody does who does not use the console, and has it looked at.
func (w *World) Outside(perAnalyst, clusterTotal int) {
	w.t.Helper()

	_, err := w.Plane.As(ops.Caller{Username: "erin", Role: ops.RoleOps}).
		UpdateConcurrencyConfig(w.t.Context(), ops.ConcurrencyUpdate{PerAnalyst: perAnalyst, ClusterTotal: clusterTotal})
	if err != nil {
		w.t.Fatal(err)
	}

	w.Monitor.Poll(w.t.Context())
}

// Hold begins a temporary change of per_analyst, the first that there is, and lets it be held: its
// time has come, and somebody outside set 12 meanwhile.
func (w *World) Hold() {
	w.t.Helper()
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "10m"`)
	w.Outside(12, 50)
	w.Pass(time.Hour)

	err := w.Changes.EndDue(w.t.Context(), w.Plane.As(ops.Caller{Username: "console", Role: ops.RoleOps}), ops.SectionConcurrency)
	if err != nil {
		w.t.Fatal(err)
	}
}
