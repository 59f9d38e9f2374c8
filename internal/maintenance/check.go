package maintenance

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
	"github.com/graph-olap/opsconsole/ops"
)

// The lengths of texts in characters, of windows, and how far ahead they can be.
const (
	TitleMax = 120

	minLength = time.Second
	maxLength = 90 * 24 * time.Hour
	maxAhead  = 2 * 366 * 24 * time.Hour

	// maxClockSkew is how much the clock of somebody who says "now" may be behind ours.
	maxClockSkew = time.Minute
)

// fieldErrors collects what is wrong with a form.
type fieldErrors []ops.FieldError

func (p *fieldErrors) addf(field, kind, format string, args ...any) {
	*p = append(*p, ops.FieldError{Field: "body." + field, Message: fmt.Sprintf(format, args...), Type: kind})
}

func (p *fieldErrors) text(field, value string, most int) {
	switch n := utf8.RuneCountInString(value); {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unprintable):
		p.addf(field, "string", "contains characters that are not text")
	case !ops.Visible(value):
		p.addf(field, "string_too_short", "is required")
	case n > most:
		p.addf(field, "string_too_long", "has %d characters, at most %d are allowed", n, most)
	}
}

// unprintable are the characters that end no line and show nothing, which calendars and
// XML cannot have.
func unprintable(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }

// checkPlan returns the plan as it is kept, why it has to be confirmed, and what is
// wrong with it.
func (s *Windows) checkPlan(ctx context.Context, plan Plan) (kept Plan, confirm string, wrong fieldErrors, err error) {
	plan.Title = strings.TrimSpace(plan.Title)
	wrong.text("title", plan.Title, TitleMax)
	wrong.text("message", plan.Message, ops.MessageMax)

	if strings.ContainsAny(plan.Title, "\t\r\n\u2028\u2029") {
		wrong.addf("title", "string", "must be one line")
	}

	plan.AlertMatchers = s.checkMatchers(plan.AlertMatchers, &wrong)
	settings := Settings{}

	for name, values := range plan.Settings {
		if name == ops.SectionMaintenance {
			wrong.addf("settings.maintenance", "extra_forbidden",
				"Maintenance mode is set with maintenance_mode, and its message is the window's.")

			continue
		}

		checked, before, after, err := s.Changes.PreviewValues(ctx, name, values)

		switch e := ops.AsError(err); {
		case err == nil:
		case e.Code == ops.CodeNotFound:
			wrong.addf("settings."+ops.Clip(string(name)), "extra_forbidden", "is not a section of the configuration")

			continue
		case e.Code == ops.CodeValidationFailed:
			for _, f := range ops.FieldErrors(err) {
				wrong.addf("settings."+string(name)+"."+strings.TrimPrefix(f.Field, "body."), f.Type, "%s", f.Message)
			}

			continue
		default:
			return plan, "", nil, err
		}

		if len(checked) > 0 {
			settings[name] = checked
		}

		if confirm == "" && before != nil {
			confirm = s.confirmation(name, before, after)
		}
	}

	if plan.Settings = settings; plan.MaintenanceMode {
		confirm = s.confirmation(ops.SectionMaintenance, ops.Values{"enabled": false}, ops.Values{"enabled": true})
	}

	slices.SortStableFunc(wrong, func(a, b ops.FieldError) int { return strings.Compare(a.Field, b.Field) })

	return plan, confirm, wrong, nil
}

func (s *Windows) confirmation(name ops.SectionName, before, after ops.Values) string {
	section, err := ops.SectionOf(name)
	if err != nil {
		return "" // checked before
	}

	return s.Changes.Confirmation(section, before, after)
}

// checkTimes says what is wrong with start, end and zone.
func (s *Windows) checkTimes(startsAt, endsAt time.Time, zoneName string) (wrong fieldErrors) {
	now := s.now()

	if _, err := calendar.Zone(zoneName); err != nil {
		wrong.addf("time_zone", "time_zone", "%s", err)
	}

	switch length := endsAt.Sub(startsAt); {
	case endsAt.IsZero():
		wrong.addf("ends_at", "required", "is required")
	case length < minLength:
		wrong.addf("ends_at", "range", "must be after the start")
	case length > maxLength:
		wrong.addf("ends_at", "range", "must be at most 90 days after the start")
	case !endsAt.After(now):
		wrong.addf("ends_at", "range", "has passed already")
	}

	switch {
	case startsAt.Before(now.Add(-maxClockSkew)):
		wrong.addf("starts_at", "range", "has passed already; leave it out to start now")
	case startsAt.After(now.Add(maxAhead)):
		wrong.addf("starts_at", "range", "is more than two years ahead")
	}

	return wrong
}

// checkRule reads a rule and wants the first window to be a date of it, and no window
// to begin before the one before it ends.
func checkRule(text string, startsAt time.Time, length time.Duration, zoneName string) (rule calendar.Rule, wrong fieldErrors) {
	rule, err := calendar.ParseRule(text)
	if err != nil {
		wrong.addf("recurrence", "rrule", "%s", err)

		return rule, wrong
	}

	dates, err := rule.Next(startsAt, zoneName, maxDatesChecked)

	switch {
	case err != nil: // the zone, which is told of elsewhere
		return rule, wrong
	case len(dates) == 0:
		wrong.addf("recurrence", "rrule", "has no dates")

		return rule, wrong
	}

	loc := calendar.Location(zoneName)
	if first := dates[0]; first.Wall != calendar.Wall(startsAt, loc).Format(calendar.WallLayout) {
		wrong.addf("starts_at", "rrule", "is not a date of the recurrence: the first one is %s",
			first.StartsAt.In(loc).Format("Mon 2 January 2006 15:04 MST"))
	}

	for i := range dates[1:] {
		if dates[i].StartsAt.Add(length).After(dates[i+1].StartsAt) {
			wrong.addf("recurrence", "rrule", "begins again on %s, before the window before it has ended",
				dates[i+1].StartsAt.In(loc).Format("Mon 2 January 2006 15:04 MST"))

			break
		}
	}

	return rule, wrong
}

// auditTerms is what operators agreed on, for the audit log.
func (w Window) auditTerms() (json.RawMessage, error) {
	return json.Marshal(struct {
		Plan

		StartsAt   time.Time `json:"starts_at"`
		EndsAt     time.Time `json:"ends_at"`
		TimeZone   string    `json:"time_zone"`
		Recurrence *string   `json:"recurrence"`
		Phase      Phase     `json:"phase"`
		ActsFor    string    `json:"acts_for"`
	}{w.Plan, w.StartsAt, w.EndsAt, w.TimeZone, w.Recurrence, w.Phase, w.ActsFor})
}

// errorText says what an error is about: of a VALIDATION_FAILED what is wrong with which field.
func errorText(err error) string {
	return cmp.Or(strings.TrimSpace(ops.FieldSentences(err)), ops.AsError(err).Message)
}
