package maintenance

import "time"

// Remembered returns a window, read before from a database that cannot be read any more, as it is
// known at that moment: Unknown says that its start or its end has come since.
func (w Window) Remembered(now time.Time) Window {
	w.derive(now)

	next := w.StartsAt
	if w.Running() {
		next = w.EndsAt
	}

	w.Unknown = w.stored != Held && !w.stored.Final() && !now.Before(next)

	return w
}
