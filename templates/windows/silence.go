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

// line says how many alerts match, and of those that Alertmanager has told what it will not tell.
func (a AlertsNow) line() components.Line {
	if a.Count == nil {
		return components.Line{State: components.Unknown, Text: "It is not known how many alerts match now. " + a.Problem}
	}

	text := matching(a.Count.Matching) + " now"
	if a.Count.Silenced > 0 {
		text += fmt.Sprintf(", of which %s silenced already", are(a.Count.Silenced))
	}

	text += "."

	if a.Count.Matching > a.Count.Silenced {
		text += " When one ends during the window, nobody is told of that, nor for some time that it fires again."
	}

	return components.Line{State: components.Idle, Text: text}
}

func matching(n int) string {
	switch n {
	case 0:
		return "No matching alert is firing"
	case 1:
		return "1 matching alert is firing"
	default:
		return format.Count(n) + " matching alerts are firing"
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
			text = "They were not silenced: the window did not take place."
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
			return "They were silenced when Alertmanager last answered; whether they still are is not known."
		}

		return "They are silenced; Alertmanager says so."
	case maintenance.SilenceEndedByHand:
		return "Somebody ended the silence in Alertmanager. It stays ended: the alerts come through."
	case maintenance.SilenceEnding:
		return "The silence should be gone, but Alertmanager has not confirmed it yet."
	default:
		if s.Problem != "" {
			return "The silence was gone when Alertmanager last answered; whether it has come back is not known."
		}

		return "The silence is gone: Alertmanager has no active one for this window."
	}
}

func skewWords(seconds int64) string {
	word := "ahead of"
	if seconds < 0 {
		word, seconds = "behind", -seconds
	}

	return fmt.Sprintf("Alertmanager's clock is %s %s ours; the silence follows ours.", format.Seconds(float64(seconds)), word)
}
