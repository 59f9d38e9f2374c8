package alertmanager

import (
	"slices"
	"strings"
	"time"
)

// State is where a silence stands, by Alertmanager's clock.
type State string

// The states.
const (
	Pending State = "pending"
	Active  State = "active"
	Expired State = "expired"
)

// Silence is a silence as Alertmanager has it.
type Silence struct {
	ID string `json:"id,omitempty"`
	// Matchers must all hold for an alert.
	Matchers []Matcher `json:"matchers"`
	// The times are those of Alertmanager's clock. One that was ended has its end and its last
	// update at the same moment; one that ran out was updated before.
	StartsAt  time.Time `json:"startsAt"`
	EndsAt    time.Time `json:"endsAt"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
	Status    struct {
		State State `json:"state"`
	} `json:"status,omitzero"`
}

// live reports whether it silences, or is to.
func (s Silence) live() bool { return s.Status.State != Expired }

// wasEnded reports whether somebody ended it before its time.
func (s Silence) wasEnded() bool {
	const precision = time.Second

	return !s.live() && s.UpdatedAt.Sub(s.EndsAt).Abs() < precision
}

// has reports whether it silences what these matchers match. Alertmanager keeps their order,
// and newer ones may not.
func (s Silence) has(matchers []Matcher) bool {
	sorted := func(list []Matcher) []string { return slices.Sorted(slices.Values(Strings(list))) }

	return slices.Equal(sorted(s.Matchers), sorted(matchers))
}

// Look is what Alertmanager has of the silences with a mark.
type Look struct {
	Silences []Silence
	// Skew is how far its clock is ahead of ours.
	Skew time.Duration
}

// marked leaves the silences that have the mark in their comment or one of the ids.
func marked(all []Silence, mark string, ids []string) []Silence {
	return slices.DeleteFunc(all, func(s Silence) bool {
		return !strings.Contains(s.Comment, mark) && !slices.Contains(ids, s.ID)
	})
}
