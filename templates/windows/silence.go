package windows

import (
	"fmt"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// AlertsNow are the alerts that a window would silence.
type AlertsNow struct {
	// Count is nil where Alertmanager did not say, and Problem says why.
	Count   *alertmanager.Alerts `json:"count"`
	Problem string               `json:"problem"`
}

// line says how many alerts match.
func (a AlertsNow) line() components.Line {
	if a.Count == nil {
		return components.Line{State: components.Unknown, Text: "How many alerts match now cannot be told. " + a.Problem}
	}

	text := matching(a.Count.Matching) + " now"
	if a.Count.Silenced > 0 {
		text += fmt.Sprintf(", of which %s silenced already", are(a.Count.Silenced))
	}

	return components.Line{State: components.Idle, Text: text + "."}
}

func matching(n int) string {
	switch n {
	case 0:
		return "No alert fires that matches"
	case 1:
		return "1 alert fires that matches"
	default:
		return format.Count(n) + " alerts fire that match"
	}
}

func are(n int) string {
	if n == 1 {
		return "1 is"
	}

	return format.Count(n) + " are"
}

// silenceLines say how it stands about the alerts of a window.
func silenceLines(w maintenance.Window) []components.Line {
	if w.Silence == nil {
		text := "They are silenced while it runs."
		if w.Phase.Final() {
			text = "They were not silenced: it did not take place."
		}

		return []components.Line{{State: components.Idle, Text: text}}
	}

	s := w.Silence
	lines := []components.Line{{State: components.OfSilence(*s), Text: silenceWords(*s)}}

	if s.Problem != "" {
		lines = append(lines, components.Line{State: components.Warn, Text: s.Problem})
	}

	if s.ClockSkewSeconds != 0 {
		lines = append(lines, components.Line{State: components.Warn, Text: skewWords(s.ClockSkewSeconds)})
	}

	return lines
}

func silenceWords(s maintenance.Silence) string {
	switch s.State {
	case maintenance.SilenceStarting:
		return "They are not silenced yet."
	case maintenance.SilenceActive:
		if s.Problem != "" {
			return "They were silenced when Alertmanager was last heard of; it cannot be told whether they are now."
		}

		return "They are silenced; Alertmanager says so."
	case maintenance.SilenceEndedByHand:
		return "Somebody ended the silence in Alertmanager. It stays ended: the alerts come through."
	case maintenance.SilenceEnding:
		return "The silence is to be gone, and was not seen to be yet."
	default:
		if s.Problem != "" {
			return "The silence was gone when Alertmanager was last heard of; it cannot be told whether it has come back."
		}

		return "The silence is gone: Alertmanager has none of this window that is active."
	}
}

func skewWords(seconds int64) string {
	word := "ahead of"
	if seconds < 0 {
		word, seconds = "behind", -seconds
	}

	return fmt.Sprintf("Alertmanager's clock is %s %s ours; the silence goes by ours.", format.Seconds(float64(seconds)), word)
}
