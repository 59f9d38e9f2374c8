package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	settingsview "github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/windows"
)

// settingPrefix begins the names of the fields of a form that set something for a
// window's length: settings.concurrency.per_analyst.
const settingPrefix = "settings."

// windowKnown reports whether the form of a window has a field of that name.
func windowKnown(name string) bool {
	return strings.HasPrefix(name, settingPrefix) || slices.Contains([]string{
		"title", "message", "starts_at", "ends_at", "time_zone", "maintenance_mode", "settings", "recurrence",
		"reason", "confirm", "scope", "keep", "name", "length",
	}, name)
}

// windowEdit takes the fields of a window: those that were sent are set. The zone is the
// window's where none is sent. Notes name what is special about times on a wall.
func (f *fields) windowEdit(zone string) (e maintenance.Edit, notes []string) {
	text := func(name string) *string {
		value := f.text(name)

		return when(f.given(name), value)
	}

	e.Title, e.Message, e.Recurrence, e.TimeZone = text("title"), text("message"), text("recurrence"), text("time_zone")
	if e.TimeZone != nil {
		zone = *e.TimeZone
	}

	if e.Message != nil {
		*e.Message = lines(*e.Message)
	}

	mode := f.yes("maintenance_mode")
	// What is not ticked is not sent.
	e.MaintenanceMode = when(f.given("maintenance_mode") || f.isForm(), mode)

	startsAt, note := f.wallOrMoment("starts_at", zone)
	e.StartsAt, notes = when(f.given("starts_at"), startsAt), append(notes, note)

	endsAt, note := f.wallOrMoment("ends_at", zone)
	e.EndsAt, notes = when(f.given("ends_at"), endsAt), append(notes, note)

	settings := f.settings()
	e.Settings = when(f.given("settings") || f.isForm(), settings)
	e.Reason, e.Confirm = f.text("reason"), f.text("confirm")
	e.Revision = f.number("revision")

	return e, slices.DeleteFunc(notes, func(note string) bool { return note == "" })
}

// lines ends lines as everybody but browsers does.
func lines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// when returns the value if it was given.
func when[T any](given bool, value T) *T {
	if !given {
		return nil
	}

	return &value
}

// wallOrMoment reads a moment; in a form also what the clocks of the zone show then.
func (f *fields) wallOrMoment(name, zone string) (at time.Time, note string) {
	typed := ""
	if f.isForm() {
		typed = strings.TrimSpace(f.typed(name))
	}

	if _, err := time.Parse(time.RFC3339, typed); typed == "" || err == nil {
		return f.moment(name), ""
	}

	at, note, err := calendar.ResolveWall(typed, zone)
	if err == nil {
		return at, note
	}

	if _, _, zoneErr := calendar.ResolveWall("2006-01-02T15:04", zone); zoneErr != nil {
		name, err = "time_zone", zoneErr
	}

	f.refuse(name, "datetime", err.Error())

	return time.Time{}, ""
}

// settings are temporary values by section: an object in JSON, in a form a field each,
// of which those that are empty set nothing.
func (f *fields) settings() maintenance.Settings {
	out := maintenance.Settings{}

	if !f.isForm() {
		var sections map[ops.SectionName]json.RawMessage
		if raw := f.raw("settings"); raw != nil && json.Unmarshal(raw, &sections) != nil {
			f.refuse("settings", "object_type", "must be an object: fields and values by section")
		}

		for name, raw := range sections {
			var values ops.Values
			if json.Unmarshal(raw, &values) != nil {
				f.refuse(settingPrefix+ops.Clip(string(name)), "type", "has a value that its field cannot have")
			}

			out[name] = values
		}

		return out
	}

	for name := range f.form {
		rest, ok := strings.CutPrefix(name, settingPrefix)
		if !ok {
			continue
		}

		typed := strings.TrimSpace(f.typed(name))
		section, field, _ := strings.Cut(rest, ".")

		if typed == "" {
			continue
		}

		if out[ops.SectionName(section)] == nil {
			out[ops.SectionName(section)] = ops.Values{}
		}

		out[ops.SectionName(section)][field] = settingValue(ops.SectionName(section), field, typed)
	}

	return out
}

// noExpiry is how no expiry is typed where empty means that nothing is set.
const noExpiry = "none"

// settingValue reads a value in the type of its field; what cannot be read stays text,
// for the check to refuse.
func settingValue(name ops.SectionName, field, typed string) any {
	section, err := ops.SectionOf(name)
	if err != nil {
		return typed
	}

	f, _ := section.Field(field)

	switch f.Kind {
	case ops.KindInt:
		if n, err := strconv.ParseInt(typed, 10, 64); err == nil {
			return n
		}
	case ops.KindDuration:
		if strings.EqualFold(typed, noExpiry) {
			return nil
		}
	case ops.KindBool, ops.KindText:
	}

	return typed
}

// draftOf is the window that the fields announce.
func draftOf(e maintenance.Edit) maintenance.Draft {
	d := maintenance.Draft{Reason: e.Reason, Confirm: e.Confirm}

	put(&d.Title, e.Title)
	put(&d.Message, e.Message)
	put(&d.MaintenanceMode, e.MaintenanceMode)
	put(&d.Settings, e.Settings)
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

// typedDraft is a draft as it would be typed into the form.
func typedDraft(d maintenance.Draft) url.Values {
	typed := url.Values{
		"title": {d.Title}, "message": {d.Message}, "time_zone": {d.TimeZone}, "recurrence": {d.Recurrence},
		"maintenance_mode": {strconv.FormatBool(d.MaintenanceMode)},
		"starts_at":        {typedMoment(d.StartsAt, d.TimeZone)}, "ends_at": {typedMoment(d.EndsAt, d.TimeZone)},
	}

	for section, values := range d.Settings {
		for field, value := range values {
			text := components.Raw(value)
			if value == nil {
				text = noExpiry
			}

			typed.Set(fmt.Sprintf("%s%s.%s", settingPrefix, section, field), text)
		}
	}

	return typed
}

// typedMoment is a moment as the clocks of a zone show it, or RFC 3339 when they show it
// twice and the second time is meant.
func typedMoment(at time.Time, zone string) string {
	if at.IsZero() {
		return ""
	}

	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}

	layout := "2006-01-02T15:04"
	if at.Second() != 0 {
		layout = "2006-01-02T15:04:05"
	}

	wall := at.In(loc).Format(layout)

	if back, _, err := calendar.ResolveWall(wall, zone); err != nil || !back.Equal(at.Truncate(time.Second)) {
		return at.In(loc).Format(time.RFC3339)
	}

	return wall
}

// windowFields are the fields of the form with what was typed.
func (h *Handlers) windowFields(ctx context.Context, typed url.Values, errs map[string]string) (windows.Fields, error) {
	f := windows.Fields{
		Title: typed.Get("title"), Message: typed.Get("message"),
		StartsAt: typed.Get("starts_at"), EndsAt: typed.Get("ends_at"), Length: typed.Get("length"),
		TimeZone: typed.Get("time_zone"), Recurrence: typed.Get("recurrence"),
		MaintenanceMode: slices.Contains([]string{"true", "on"}, typed.Get("maintenance_mode")),
		Errors:          errs,
	}

	for _, section := range ops.Sections() {
		if section.Name == ops.SectionMaintenance {
			continue
		}

		current, err := h.Changes.Known(ctx, section.Name)
		if err != nil {
			return f, err
		}

		fields := windows.SettingsFields{Section: section}

		for _, field := range section.Fields {
			name := fmt.Sprintf("%s%s.%s", settingPrefix, section.Name, field.Name)
			fields.Fields = append(fields.Fields, settingsview.FormField{
				Field: field, Typed: typed.Get(name), Current: current.Values[field.Name], Error: errs[name],
			})
		}

		f.Settings = append(f.Settings, fields)
	}

	return f, nil
}
