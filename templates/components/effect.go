package components

import "github.com/graph-olap/opsconsole/internal/changes"

// OfEffect returns the state of what follows of a change: what is only good to know is no warning.
func OfEffect(k changes.EffectKind) State {
	switch k {
	case changes.EffectNote:
		return Idle
	case changes.EffectWarning:
		return Warn
	case changes.EffectUnknown:
		return Unknown
	default:
		return Unknown
	}
}

// EffectLines are lines of the effects, the worst first; none is an empty list.
func EffectLines(effects []changes.Effect) []Line {
	lines := make([]Line, 0, len(effects))
	for _, e := range effects {
		lines = append(lines, Line{State: OfEffect(e.Kind), Text: e.Text, URL: e.URL})
	}

	return WorstFirst(lines)
}
