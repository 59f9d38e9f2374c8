package instances

import (
	"strings"
	"time"

	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Form asks for the reason of what is to be done to an instance.
type Form struct {
	Instance ops.Instance `json:"instance"`
	Act      acts.Act     `json:"act"`
	// Why says why it cannot be done now, "" when it can.
	Why string `json:"why"`
	// Limit says whose limit resuming counts against, "" of other acts.
	Limit string `json:"limit,omitempty"`
	// Longest is the longest time to live that is allowed, "" where none is known.
	Longest string `json:"longest,omitempty"`

	TTL         string               `json:"-"`
	TTLError    string               `json:"-"`
	Reason      string               `json:"-"`
	ReasonError string               `json:"-"`
	Problem     string               `json:"-"`
	RequestID   string               `json:"-"`
	Snippets    []components.Snippet `json:"-"`
	Now         time.Time            `json:"-"`
}

// Title says what is asked for.
func (v Form) Title() string { return components.Word(v.Act) + " " + name(v.Instance) }

func (v Form) lead() string {
	switch v.Act {
	case acts.Suspend:
		return "Its pod ends and its data leaves memory. The instance stays, and can be resumed."
	case acts.Resume:
		return "It gets a new pod and loads its data again."
	case acts.Extend:
		return "It lives longer. The time to live counts from when it was created."
	case acts.Terminate:
		return "It ends at once, with its pod and its data in memory. That cannot be undone: " +
			"the owner can create another one from its snapshot."
	default:
		return ""
	}
}

func (v Form) button() string {
	switch v.Act {
	case acts.Extend:
		return "Extend the instance"
	case acts.Suspend, acts.Resume, acts.Terminate:
		return components.Word(v.Act) + " the instance"
	default:
		return components.Word(v.Act)
	}
}

// Ask is an instance of several that are to be terminated.
type Ask struct {
	ops.Instance

	// Problem is why nothing is known of it, "" where something is.
	Problem string `json:"problem,omitempty"`

	Ticked bool `json:"-"`
}

// Review asks for the reason of terminating several instances.
type Review struct {
	Items []Ask     `json:"items"`
	Now   time.Time `json:"-"`

	Reason      string               `json:"-"`
	ReasonError string               `json:"-"`
	Problem     string               `json:"-"`
	RequestID   string               `json:"-"`
	Snippets    []components.Snippet `json:"-"`
}

// Title says what is asked for.
func (v Review) Title() string { return "Terminate " + countOf(len(v.Items)) }

func countOf(n int) string { return format.Plural(n, "instance", "instances") }

// owners says who is hit: "alice (3), bob".
func (v Review) owners() string {
	counts := map[string]int{}

	var names []string

	for _, item := range v.Items {
		if item.Problem != "" {
			continue
		}

		if counts[item.OwnerUsername]++; counts[item.OwnerUsername] == 1 {
			names = append(names, item.OwnerUsername)
		}
	}

	for i, owner := range names {
		if n := counts[owner]; n > 1 {
			names[i] += " (" + format.Count(n) + ")"
		}
	}

	return strings.Join(names, ", ")
}

// active are those that were used a moment ago.
func (v Review) active() (n int) {
	for _, item := range v.Items {
		if item.Problem == "" && isActive(item.Instance, v.Now) {
			n++
		}
	}

	return n
}

// activeWords says how many of them were used a moment ago.
func (v Review) activeWords() string {
	if n := v.active(); n == 1 {
		return "1 of them was used in the last 15 minutes: somebody may be at work on it."
	}

	return format.Count(v.active()) + " of them were used in the last 15 minutes: people may be at work on them."
}

// Result is what became of one of several instances.
type Result struct {
	acts.Result

	Subject acts.Subject `json:"-"`
	// Since says what it is by now, where that was unknown; "" where it is not, or still is.
	Since string `json:"-"`
}

// ticked reports whether it stays ticked: it is there yet, as far as anybody knows.
func (r Result) ticked() bool {
	return r.Outcome != acts.Terminated && r.Since == "" && !r.gone()
}

// gone reports whether it had ended before.
func (r Result) gone() bool { return r.Code == ops.CodeNotFound }

func (r Result) state() components.State {
	switch {
	case r.Outcome == acts.Terminated || r.Since != "":
		return components.OK
	case r.gone():
		return components.Idle
	case r.Outcome == acts.Refused:
		return components.Bad
	default:
		return components.Unknown
	}
}

func (r Result) word() string {
	switch {
	case r.Since != "":
		return r.Since
	case r.gone():
		return "Already gone"
	case r.Outcome == acts.Unknown:
		return "Not known"
	case r.Outcome == acts.Refused:
		return "Not terminated"
	default:
		return "Terminated"
	}
}

// Results are what became of several instances.
type Results struct {
	Items []Result  `json:"results"`
	Entry int64     `json:"-"`
	Now   time.Time `json:"-"`
}

// Title says how it went.
func (v Results) Title() string {
	return format.Count(len(v.Items)-v.left()) + " of " + countOf(len(v.Items)) + " terminated"
}

// left is how many were not terminated for certain.
func (v Results) left() (n int) {
	for _, r := range v.Items {
		if r.Outcome != acts.Terminated && r.Since == "" {
			n++
		}
	}

	return n
}

func (v Results) again() bool {
	for _, r := range v.Items {
		if r.ticked() {
			return true
		}
	}

	return false
}
