package shell

import (
	"time"
)

// Region is on every page: the maintenance banner and the temporary changes.
const Region = "live-shell"

// WaitingRegion is in the navigation, where something needs a second person.
const WaitingRegion = "live-waiting"

// PagesEvent is the name of the event that carries the names of the pages which a stream
// follows; others that it was asked for are snapshots.
const PagesEvent = "pages"

// BeatEvent is the name of the event that carries a [Beat].
const BeatEvent = "beat"

// Beat tells an open page how old the newest data is.
type Beat struct {
	Now         time.Time  `json:"now"`
	AsOf        *time.Time `json:"as_of"`
	Stale       bool       `json:"stale"`
	StaleReason string     `json:"reason"`
	// Polled is when what is not stale was read, nil while there is no such.
	Polled *time.Time `json:"polled,omitempty"`
	// Answers says that the control plane does, be it slowly.
	Answers bool `json:"answers"`
	// Every is the most seconds until the next one.
	Every int `json:"every"`
}
