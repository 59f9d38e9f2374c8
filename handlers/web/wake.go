package web

import "github.com/graph-olap/opsconsole/ops"

// WakeUnlessRefused has the control plane looked at soon after an act that ended with err, unless
// that says that nothing was done: who is refused again and again costs nobody else anything.
func WakeUnlessRefused(monitor interface{ Wake() }, err error) {
	if !ops.NotDone(err) {
		monitor.Wake()
	}
}
