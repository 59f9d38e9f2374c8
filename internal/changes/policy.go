package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/ops"
)

// Policy says what a change by hand has to come with.
type Policy struct {
	// Environment is the name that is typed to confirm a grave change.
	Environment string
	// ConfirmBelow is the part of a number, 0 to 1, from which down a lower value is
	// grave: 0.5 for halving it. 0 asks for no confirmation.
	ConfirmBelow float64
}

// ReasonMin is the length of a reason, in characters, that explains anything.
const ReasonMin = 8

// CheckReason refuses what explains nothing.
func CheckReason(reason string) []ops.FieldError {
	refuse := func(kind, message string) []ops.FieldError {
		return []ops.FieldError{{Field: "body.reason", Message: message, Type: kind}}
	}

	trimmed := strings.TrimSpace(strings.Map(visible, reason))
	first, _ := utf8.DecodeRuneInString(trimmed)

	switch n := utf8.RuneCountInString(reason); {
	case !ops.Storable(reason):
		return refuse("string", "contains characters that are not text")
	case trimmed == "":
		return refuse("string_too_short", "Enter a reason: others will read it in the history.")
	case utf8.RuneCountInString(trimmed) < ReasonMin:
		return refuse("string_too_short", fmt.Sprintf("Enter a reason of at least %d characters.", ReasonMin))
	case n > ops.ReasonMax:
		return refuse("string_too_long", fmt.Sprintf("has %d characters, at most %d are allowed", n, ops.ReasonMax))
	case strings.Trim(trimmed, string(first)) == "":
		return refuse("string_pattern", "is one character repeated. Enter a reason: others will read it in the history.")
	default:
		return nil
	}
}

// visible leaves out what nobody sees, such as spaces of no width.
func visible(r rune) rune {
	if unicode.IsGraphic(r) || unicode.IsSpace(r) {
		return r
	}

	return -1
}

// checkNewReason refuses the reason of the section's last change that took effect and
// has a reason of somebody's: what is copied explains nothing.
func (c *Changes) checkNewReason(ctx context.Context, current Current, reason string) ([]ops.FieldError, error) {
	last, err := c.lastReason(ctx, current)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}

	if err != nil {
		return nil, fmt.Errorf("read the reason of the last change of %s: %w", current.Section.Name, err)
	}

	if !strings.EqualFold(strings.TrimSpace(last), strings.TrimSpace(reason)) {
		return nil, nil
	}

	return []ops.FieldError{{
		Field: "body.reason", Message: "is the same as the last change's reason. Say what is different this time.", Type: "reason_repeated",
	}}, nil
}

// lastReason is the reason of the last change of a section that came with one.
func (c *Changes) lastReason(ctx context.Context, current Current) (reason string, err error) {
	if last := current.Last; last != nil && last.Outcome == Applied && last.Source != SourceExternal && last.Source != SourceLeaseEnd {
		return last.Reason, nil
	}

	err = c.db.Read().QueryRowContext(ctx, `
		SELECT reason FROM opsconsole_changes
		WHERE section = $1 AND outcome = 'applied' AND source NOT IN ('external', 'lease_end')
		ORDER BY id DESC LIMIT 1`, current.Section.Name).Scan(&reason)

	return reason, err
}

// Confirmation says why a change has to be confirmed with the environment's name; ""
// when it has not.
func (p Policy) confirmation(section ops.Section, differences []ops.Difference) string {
	if p.ConfirmBelow <= 0 {
		return ""
	}

	for _, d := range differences {
		before, after := size(d.Field, d.Before), size(d.Field, d.After)

		switch {
		case after <= p.ConfirmBelow*before:
			return fmt.Sprintf("%s goes from %s down to %s.", d.Field.Label, valueText(d.Before), valueText(d.After))
		case section.Name == ops.SectionMaintenance && d.Field.Name == "enabled" && d.After == true:
			return "While maintenance is on, nobody can create an instance."
		}
	}

	return ""
}

// size makes the values of a limit comparable; no expiry is longer than any duration.
// What is no limit is not a number.
func size(f ops.Field, value any) float64 {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case nil:
		if f.Kind == ops.KindDuration {
			return math.Inf(1)
		}
	case string:
		if length, err := ops.ReadDuration(v); f.Kind == ops.KindDuration && err == nil {
			return length.Seconds()
		}
	}

	return math.NaN()
}

func valueText(value any) string {
	if value == nil {
		return "no expiry"
	}

	if iso, ok := value.(string); ok {
		return humantime.Length(iso)
	}

	return fmt.Sprint(value)
}

// byHand reports whether somebody asks for it now, not the console by itself.
func (r Request) byHand() bool { return r.Source != SourceLeaseEnd && r.Source != SourceSchedule }

// checkConfirm wants the environment's name for a grave change by hand.
func (p Policy) checkConfirm(section ops.Section, differences []ops.Difference, request Request) []ops.FieldError {
	if !request.byHand() {
		return nil
	}

	return p.confirmed(p.confirmation(section, differences), request.Confirm)
}

func (p Policy) confirmed(why, confirm string) []ops.FieldError {
	if why == "" || strings.TrimSpace(confirm) == p.Environment {
		return nil
	}

	return []ops.FieldError{{
		Field: "body.confirm", Message: fmt.Sprintf("%s Type %q, the environment's name, to confirm.", why, p.Environment), Type: "confirm",
	}}
}

// Confirmation says why going from one set of values to another would have to be
// confirmed with the environment's name; "" when it would not.
func (c *Changes) Confirmation(section ops.Section, before, after ops.Values) string {
	return c.policy.confirmation(section, section.Diff(before, after))
}

// CheckConfirm wants the environment's name typed where [Changes.Confirmation] says why.
func (c *Changes) CheckConfirm(why, confirm string) []ops.FieldError {
	return c.policy.confirmed(why, confirm)
}

// PreviewValues checks values that are to be set later on top of what the section was last
// seen to hold: it returns them as they are kept, what the section holds and what it
// would hold. Its errors are those of [Changes.Apply].
func (c *Changes) PreviewValues(
	ctx context.Context, name ops.SectionName, values ops.Values,
) (checked, before, after ops.Values, err error) {
	current, err := c.Known(ctx, name)
	if err != nil {
		return nil, nil, nil, err
	}

	// What is held now may be something else when they are set: it excuses no value.
	checked, errs := check(current.Section, values, nil)
	if len(errs) > 0 {
		return nil, nil, nil, ops.Invalid(errs)
	}

	if current.Values == nil { // never seen: nothing to go with
		return checked, nil, checked, nil
	}

	after = current.Values.Clone()
	maps.Copy(after, checked)

	return checked, current.Values, after, ops.Invalid(current.Section.CheckBetween(after, current.Values))
}
