package windows

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/settings"
)

// Fields are the fields of a window or of a template as they were typed.
type Fields struct {
	Title, Message string
	// StartsAt and EndsAt are on the clocks of the zone, or RFC 3339; Length is that of
	// a template.
	StartsAt, EndsAt components.MomentInput
	Length           string
	TimeZone         string
	Recurrence       string
	MaintenanceMode  bool
	Settings         []SettingsFields
	// Silences says that windows can silence alerts; AlertMatchers say which, one a line.
	Silences      bool
	AlertMatchers string
	// Errors are by the name of the field.
	Errors map[string]string
}

// SettingsFields are the fields of a section that a window may set for its length; what
// is left empty stays as it is.
type SettingsFields struct {
	Section ops.Section
	Fields  []settings.FormField
}

// Open reports whether something stands in one of the fields.
func (s SettingsFields) Open() bool {
	for _, f := range s.Fields {
		if f.Typed != "" || f.Error != "" {
			return true
		}
	}

	return false
}

// Form announces a window, or changes one that is announced.
type Form struct {
	Fields `json:"-"`

	// Window is the one that is changed, nil for a new one.
	Window *maintenance.Window `json:"window"`
	// Template is what the form was filled from, nil when it was not.
	Template *maintenance.Template `json:"template"`
	// Preview is what a change would come to, nil until it is asked for.
	Preview *maintenance.Preview `json:"-"`
	// Reason, Following and Confirmed are asked for here when a window is changed; for a
	// new one by the review.
	Reason    string `json:"-"`
	Following bool   `json:"-"`
	// Confirm says that the environment's name may have to be typed.
	Confirm   string `json:"-"`
	Confirmed string `json:"-"`

	Problem string `json:"-"`
	// Way leads to what the window collides with.
	Way       components.Link `json:"-"`
	RequestID string          `json:"-"`
	Now       time.Time       `json:"-"`
}

// Review is the last look at a window before it is announced.
type Review struct {
	maintenance.Preview

	// Announced is what users will be told.
	Announced announce.Announcement `json:"-"`
	Settings  []Settings            `json:"-"`
	Effects   []components.Line     `json:"effects"`
	// Alerts are those that it would silence, as they are now; nil when it silences none.
	Alerts *AlertsNow `json:"alerts"`
	// Typed are the fields to send along.
	Typed []settings.TypedField `json:"-"`
	// StartNow says that it starts as soon as it is announced.
	StartNow     bool                 `json:"-"`
	Reason       string               `json:"-"`
	ReasonError  string               `json:"-"`
	Confirmed    string               `json:"-"`
	ConfirmError string               `json:"-"`
	RequestID    string               `json:"-"`
	Snippets     []components.Snippet `json:"-"`
	Now          time.Time            `json:"-"`
}

func (v Review) button() string {
	switch {
	case v.StartNow:
		return "Announce and start now"
	case v.Window.Recurrence != nil:
		return "Announce series"
	default:
		return "Announce"
	}
}

// omittedLines say what of a message is not shown.
func omittedLines(sentences []string) []components.Line {
	lines := make([]components.Line, len(sentences))

	for i, sentence := range sentences {
		lines[i] = components.Line{State: components.Warn, Text: sentence}
	}

	return lines
}

// Templates is the list of the templates of windows.
type Templates struct {
	Items []maintenance.Template `json:"items"`
	// Next is always null: templates are few.
	Next *string   `json:"next"`
	Now  time.Time `json:"-"`
}

// TemplateForm keeps a template, or deletes one.
type TemplateForm struct {
	Fields `json:"-"`

	// Template is the one that is there, nil for a new one.
	Template  *maintenance.Template `json:"template"`
	Name      string                `json:"-"`
	Reason    string                `json:"-"`
	Problem   string                `json:"-"`
	RequestID string                `json:"-"`
	Now       time.Time             `json:"-"`
}
