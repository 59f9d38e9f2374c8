package web

import (
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/templates/components"
)

// Term takes which field of a form says for how long a change is to hold: the others count as empty,
// and that one must not be. JSON, and a form without the choice, say it by the fields alone.
func (f *Fields) Term() string {
	chosen := ""
	if f.IsForm() {
		chosen = f.Text(components.TermName)
	}

	fields := []string{"duration", untilField, "confirm_within"}

	switch {
	case chosen == "":
		return ""
	case chosen != components.TermPermanent && !slices.Contains(fields, chosen):
		f.Refuse(components.TermName, "enum", "must be permanent, duration, until or confirm_within")

		return ""
	}

	for _, name := range fields {
		if name != chosen && f.form.Has(name) {
			f.form.Set(name, "")
		}
	}

	if chosen != components.TermPermanent && strings.TrimSpace(f.form.Get(chosen)) == "" {
		f.Refuse(chosen, "missing", map[bool]string{
			true: "Say when it ends, such as tomorrow 18:00.", false: "Say how long, such as 90m or 1d 12h.",
		}[chosen == untilField])
	}

	return chosen
}
