package components

// TermInput is how long a change is to hold, as it was typed: one of the three or none.
type TermInput struct {
	Duration, Until, ConfirmWithin                string
	DurationError, UntilError, ConfirmWithinError string
}
