package components

import "cmp"

// TermInput is how long a change is to hold, as it was typed: one of the three or none.
type TermInput struct {
	// Chosen is the name of the field that is meant, or [TermPermanent]; "" where nobody has chosen.
	Chosen                            string
	Duration, ConfirmWithin           string
	DurationError, ConfirmWithinError string
	Until                             MomentInput
}

// TermName is the name of the choice, whose values are the names of the fields and [TermPermanent].
const (
	TermName      = "term"
	TermPermanent = "permanent"
)

// chosen is the choice, else that of the field in which something stands, else what is usual.
func (t TermInput) chosen(usual string) string {
	typed := ""

	switch {
	case t.Duration != "":
		typed = "duration"
	case t.Until.Text != "":
		typed = "until"
	case t.ConfirmWithin != "":
		typed = "confirm_within"
	}

	return cmp.Or(t.Chosen, typed, usual)
}
