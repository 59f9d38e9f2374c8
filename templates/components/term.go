package components

// TermInput is how long a change is to hold, as it was typed: one of the three or none.
type TermInput struct {
	Duration, ConfirmWithin           string
	DurationError, ConfirmWithinError string
	Until                             MomentInput
}
