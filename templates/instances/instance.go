package instances

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Region is the id of what of an instance's page is live.
const Region = "instance"

// Detail is the page of one instance.
type Detail struct {
	Instance ops.Instance `json:"instance"`
	// Events are the newest that happened to it, nil where the control plane does not tell them.
	Events []ops.InstanceEvent `json:"events"`
	// EventsError is why they could not be read, "" when they could, or are not told.
	EventsError string `json:"events_error,omitempty"`
	// Acts are what can be done about it.
	Acts []Act     `json:"acts"`
	Now  time.Time `json:"-"`
}

// Title is the name of the instance, or its number where it has none.
func (v Detail) Title() string { return name(v.Instance) }

// Act is something that can be done about an instance.
type Act struct {
	Act acts.Act `json:"act"`
	// Why says why it cannot be done now, "" when it can.
	Why string `json:"why"`
}

// label is the word on the button.
func (a Act) label() string { return components.Word(a.Act) }

func (a Act) whyID() string { return "why-not-" + string(a.Act) }

// Shut are the acts that cannot be done now.
func (v Detail) shut() (out []Act) {
	for _, a := range v.Acts {
		if a.Why != "" {
			out = append(out, a)
		}
	}

	return out
}

// Active is the time within which whoever used an instance is taken to be at work on it.
const Active = 15 * time.Minute

// isActive reports whether the instance was used a moment ago.
func isActive(i ops.Instance, now time.Time) bool {
	return i.LastActivityAt != nil && now.Sub(i.LastActivityAt.Time) < Active
}

// Bytes writes a size in its largest unit.
func Bytes(n int64) string {
	const step = 1024

	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(n), 0

	for size >= step && unit < len(units)-1 {
		size /= step
		unit++
	}

	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}

	return fmt.Sprintf("%.1f %s", size, units[unit])
}

func text(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}

// duration is one in words, "" where there is none.
func duration(iso *string) string {
	if text(iso) == "" {
		return ""
	}

	return format.Duration(*iso)
}

// web is the address of an instance if a browser may be led there, else "".
func webAddress(i ops.Instance) string {
	address, err := url.Parse(text(i.InstanceURL))
	if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "" {
		return ""
	}

	return address.String()
}

// said is JSON as it is read, "" for nothing: a text as such.
func said(raw json.RawMessage) string {
	var words string
	if json.Unmarshal(raw, &words) == nil {
		return words
	}

	return string(raw)
}

// codeWords is an error's code in words: OOM_KILLED is Oom killed.
func codeWords(code string) string { return components.Word(strings.ToLower(code)) }
