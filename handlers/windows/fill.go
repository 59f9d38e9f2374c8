package windows

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	settingsview "github.com/graph-olap/opsconsole/templates/settings"
	pages "github.com/graph-olap/opsconsole/templates/windows"
)

// typedDraft is a draft as it would be typed into the form.
func typedDraft(d maintenance.Draft) url.Values {
	loc := calendar.Location(d.TimeZone)
	typed := url.Values{
		"title": {d.Title}, "message": {d.Message}, "time_zone": {d.TimeZone}, "recurrence": {d.Recurrence},
		"maintenance_mode": {strconv.FormatBool(d.MaintenanceMode)},
		"starts_at":        {humantime.Format(d.StartsAt, loc)}, "ends_at": {humantime.Format(d.EndsAt, loc)},
	}

	typed.Set(alertMatchers, strings.Join(d.AlertMatchers, "\n"))

	for name, values := range d.Settings {
		section, _ := ops.SectionOf(name) // what a draft sets was checked

		for field, value := range values {
			described, _ := section.Field(field)

			text := components.Raw(described, value)
			if value == nil {
				text = noExpiry
			}

			typed.Set(fmt.Sprintf("%s%s.%s", settingPrefix, name, field), text)
		}
	}

	return typed
}

// windowFields are the fields of the form with what was typed.
func (h *Handlers) windowFields(ctx context.Context, typed url.Values, errs map[string]string) (pages.Fields, error) {
	f := pages.Fields{
		Title: typed.Get("title"), Message: typed.Get("message"),
		Length:   typed.Get("length"),
		TimeZone: typed.Get("time_zone"), Recurrence: typed.Get("recurrence"),
		MaintenanceMode: slices.Contains([]string{"true", "on"}, typed.Get("maintenance_mode")),
		Silences:        h.silences(), AlertMatchers: typed.Get(alertMatchers),
		Errors: errs,
	}

	for _, section := range ops.Sections() {
		if section.Name == ops.SectionMaintenance {
			continue
		}

		current, err := h.Changes.Known(ctx, section.Name)
		if err != nil {
			return f, err
		}

		fields := pages.SettingsFields{Section: section}

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
