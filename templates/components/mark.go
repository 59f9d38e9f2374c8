package components

import "time"

// Mark is something that happened, drawn on the time axis of a chart.
type Mark struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	URL  string    `json:"url"`
}
