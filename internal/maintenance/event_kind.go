package maintenance

// EventKind says what happened to a window.
type EventKind string

// The kinds. A window that was missed is told as cancelled; its phase says missed. What
// is done to a series is told once, with the first window that it is done to; each of its windows is
// announced in its turn, once the one before it is over or cancelled.
const (
	EventAnnounced EventKind = "announced"
	EventChanged   EventKind = "changed"
	EventStarted   EventKind = "started"
	EventExtended  EventKind = "extended"
	EventOverrun   EventKind = "overrun"
	EventUpdated   EventKind = "updated"
	EventEnded     EventKind = "ended"
	EventCancelled EventKind = "cancelled"
)

// EventKinds lists them all, in the order of a window's life, for forms.
func EventKinds() []EventKind {
	return []EventKind{EventAnnounced, EventChanged, EventStarted, EventExtended, EventOverrun, EventUpdated, EventEnded, EventCancelled}
}

// Headline says what happened, to stand before the window's title; "" of what is no kind.
func (k EventKind) Headline() string {
	switch k { // without a default: lint wants every kind here
	case EventAnnounced:
		return "Maintenance announced"
	case EventChanged:
		return "Maintenance changed"
	case EventStarted:
		return "Maintenance has begun"
	case EventExtended:
		return "Maintenance extended"
	case EventOverrun:
		return "Maintenance overruns"
	case EventUpdated:
		return "Maintenance update"
	case EventEnded:
		return "Maintenance is over"
	case EventCancelled:
		return "Maintenance cancelled"
	}

	return ""
}
