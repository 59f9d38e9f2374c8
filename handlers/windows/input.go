package windows

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// settingPrefix begins the names of the fields of a form that set something for a
// window's length: settings.concurrency.per_analyst.
const settingPrefix = "settings."

// fields are those of a form or of a JSON object that tell of a window.
type fields struct{ *web.Fields }

func read(p *web.Page) (fields, error) {
	f, err := p.Fields()

	return fields{f}, err
}

// has reports whether the form of a window has a field of that name.
func has(name string) bool {
	return strings.HasPrefix(name, settingPrefix) || slices.Contains([]string{
		"title", "message", "starts_at", "ends_at", "time_zone", "maintenance_mode", "settings", "alert_matchers", "recurrence",
		"reason", "confirm", "scope", "keep", "take", "name", "length",
	}, name)
}

// windowEdit takes the fields of a window: those that were sent are set. The zone is the
// window's where none is sent. Notes name what is special about times on a wall.
func (f fields) windowEdit(zone string, now time.Time) (e maintenance.Edit, notes []string) {
	text := func(name string) *string {
		value := f.Text(name)

		return web.When(f.Given(name), value)
	}

	e.Title, e.Message, e.Recurrence, e.TimeZone = text("title"), text("message"), text("recurrence"), text("time_zone")
	if e.TimeZone != nil {
		zone = *e.TimeZone
	}

	if e.Message != nil {
		*e.Message = lines(*e.Message)
	}

	mode := f.Bool("maintenance_mode")
	// What is not ticked is not sent.
	e.MaintenanceMode = web.When(f.Given("maintenance_mode") || f.IsForm(), mode)

	startsAt, note := f.moment("starts_at", zone, now)
	e.StartsAt, notes = web.When(f.Given("starts_at") || f.Given("starts_at_local"), startsAt), append(notes, note)

	endsAt, note := f.moment("ends_at", zone, now)
	e.EndsAt, notes = web.When(f.Given("ends_at") || f.Given("ends_at_local"), endsAt), append(notes, note)

	settings := f.settings()
	e.Settings = web.When(f.Given("settings") || f.IsForm(), settings)
	matchers := f.alertMatchers()
	e.AlertMatchers = web.When(f.Given(alertMatchers), matchers)
	e.Reason, e.Confirm = f.Text("reason"), f.Text("confirm")
	e.Revision = f.Number("revision")

	return e, slices.DeleteFunc(notes, func(note string) bool { return note == "" })
}

// lines ends lines as everybody but browsers does.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// settings are temporary values by section: an object in JSON, in a form a field each,
// of which those that are empty set nothing.
func (f fields) settings() maintenance.Settings {
	out := maintenance.Settings{}

	if !f.IsForm() {
		var sections map[ops.SectionName]json.RawMessage
		if raw := f.JSON("settings"); raw != nil && json.Unmarshal(raw, &sections) != nil {
			f.Refuse("settings", "object_type", "must be an object: fields and values by section")
		}

		for name, raw := range sections {
			var values ops.Values
			if json.Unmarshal(raw, &values) != nil {
				f.Refuse(settingPrefix+ops.Clip(string(name)), "type", "has a value that its field cannot have")
			}

			out[name] = values
		}

		return out
	}

	for name := range f.Form() {
		rest, ok := strings.CutPrefix(name, settingPrefix)
		if !ok {
			continue
		}

		typed := strings.TrimSpace(f.Text(name))
		section, field, _ := strings.Cut(rest, ".")

		if typed == "" {
			continue
		}

		if out[ops.SectionName(section)] == nil {
			out[ops.SectionName(section)] = ops.Values{}
		}

		out[ops.SectionName(section)][field] = typedSetting(ops.SectionName(section), field, typed)
	}

	return out
}

func draftOf(e maintenance.Edit) maintenance.Draft {
	d := maintenance.Draft{Reason: e.Reason, Confirm: e.Confirm}

	put(&d.Title, e.Title)
	put(&d.Message, e.Message)
	put(&d.MaintenanceMode, e.MaintenanceMode)
	put(&d.Settings, e.Settings)
	put(&d.AlertMatchers, e.AlertMatchers)
	put(&d.StartsAt, e.StartsAt)
	put(&d.EndsAt, e.EndsAt)
	put(&d.TimeZone, e.TimeZone)
	put(&d.Recurrence, e.Recurrence)

	return d
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// noExpiry is how no expiry is typed where empty means that nothing is set.
const noExpiry = "none"

// typedSetting is what was typed for a field of a section, as the field's type where it can be read.
func typedSetting(name ops.SectionName, field, typed string) any {
	section, err := ops.SectionOf(name)
	if err != nil {
		return typed
	}

	f, _ := section.Field(field)
	if f.Kind == ops.KindDuration && strings.EqualFold(typed, noExpiry) {
		return nil
	}

	return web.Typed(f, typed)
}
