package ops

// Kind is the type of a field's value.
type Kind string

// The kinds: whole numbers (int64), yes or no (bool), text (string) and ISO 8601
// durations (string, nil for no expiry).
const (
	KindInt      Kind = "int"
	KindBool     Kind = "bool"
	KindText     Kind = "text"
	KindDuration Kind = "duration"
)

// Field describes one value of a section.
type Field struct {
	// Name is the contract's, with dots where its JSON nests: instance.default_ttl.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Group is what the field is one of several of: Mapping; "" where there are no groups.
	// Within it, Short is enough to tell it from the others.
	Group string `json:"group,omitempty"`
	Short string `json:"-"`
	Kind  Kind   `json:"kind"`
	// Unit stands behind the value: "instances", "seconds".
	Unit string `json:"unit"`
	Help string `json:"help"`
	// Min and Max bound a number's value and a text's length in characters; both 0: no bounds.
	Min int `json:"min"`
	Max int `json:"max"`
	// Default is what a new platform starts with: an int64, a bool, a string, or nil.
	Default any `json:"-"`
	// Optional fields may be left out of an update, and are then the default. A duration
	// that is left out stays as it is.
	Optional bool `json:"-"`
	// AtMost names the duration that this one must not be longer than.
	AtMost string `json:"-"`
}

// Equal reports whether two values of the field mean the same: durations are
// compared by length, so that PT24H is P1D, and P1Y is P365D.
func (f Field) Equal(a, b any) bool {
	if a == b {
		return true
	}

	textA, okA := a.(string)

	textB, okB := b.(string)
	if f.Kind != KindDuration || !okA || !okB {
		return false
	}

	lengthA, errA := ReadDuration(textA)
	lengthB, errB := ReadDuration(textB)

	return errA == nil && errB == nil && lengthA == lengthB
}
