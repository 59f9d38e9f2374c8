package maintenance

import (
	"cmp"
	"time"
)

// Remembered returns a window, read before from a database that cannot be read any more, as it is
// known at that moment: Unknown says that its start or its end has come since, and the phase is the one it had.
func (w Window) Remembered(now time.Time) Window {
	w.stored = cmp.Or(w.stored, w.Phase) // that of an event has no other
	w.derive(now)

	next := w.StartsAt
	if w.Running() {
		next = w.EndsAt
	}

	w.Unknown = w.stored != Held && !w.stored.Final() && !now.Before(next)
	if w.Unknown {
		w.Phase = w.stored
	}

	return w
}
