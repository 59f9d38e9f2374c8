package components

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
)

// MomentInput is a moment as it was typed, and what was understood.
type MomentInput struct {
	Text, Error string
	// Zone is on whose clocks, and ZoneField the field that has it, "" for none.
	Zone, ZoneField string
	// Understood says the moment, Note what is special about it; "" where nothing was typed.
	Understood, Note string
	// Choices are what may be meant.
	Choices []MomentChoice
}

// MomentChoice is one of the moments that may be meant.
type MomentChoice struct {
	Value, Label string
	Chosen       bool
}

// Understand says what is understood of the text; chosen is the answer to what may be meant.
func (in *MomentInput) Understand(now time.Time, loc *time.Location, chosen string) {
	m, err := humantime.ParseMoment(in.Text, now, loc)
	if err != nil {
		return
	}

	in.Understood, in.Note = humantime.Say(m.At, loc), m.Note
	if len(m.Choices) > 1 {
		in.Offer(chosen, m.Choices...)
	}
}

// Refuse says what is wrong with it, "" for nothing; what is special about it is not said twice.
func (in *MomentInput) Refuse(problem string) {
	in.Error = problem
	if strings.HasPrefix(problem, in.Note) {
		in.Note = ""
	}
}

// Offer offers what may be meant.
func (in *MomentInput) Offer(chosen string, choices ...humantime.Choice) {
	in.Choices = nil

	for _, c := range choices {
		value := in.Text + "=" + c.Text
		in.Choices = append(in.Choices, MomentChoice{Value: value, Label: c.Label, Chosen: value == chosen})
	}
}
