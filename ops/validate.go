package ops

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lengths of a trigger's reason, in characters.
const (
	ReasonMin = 1
	ReasonMax = 500
)

// Validate checks the ranges of the contract.
func (u ConcurrencyUpdate) Validate() error {
	var errs []FieldError

	errs = appendRange(errs, "body.per_analyst", u.PerAnalyst, PerAnalystMin, PerAnalystMax)
	errs = appendRange(errs, "body.cluster_total", u.ClusterTotal, ClusterTotalMin, ClusterTotalMax)

	return Invalid(errs)
}

// Validate checks the range of the contract.
func (u ExportUpdate) Validate() error {
	return Invalid(appendRange(nil, "body.max_duration_seconds",
		u.MaxDurationSeconds, MaxDurationSecondsMin, MaxDurationSecondsMax))
}

// Validate checks that the job can be triggered and that the reason has 1 to 500
// characters, not only spaces.
func (t JobTrigger) Validate() error {
	var errs []FieldError

	if !t.JobName.Triggerable() {
		errs = append(errs, FieldError{
			Field:   "body.job_name",
			Message: "must be one of reconciliation, lifecycle, export_reconciliation, schema_cache",
			Type:    "enum",
		})
	}

	switch n := utf8.RuneCountInString(t.Reason); {
	case !Visible(t.Reason):
		errs = append(errs, FieldError{Field: "body.reason", Message: "is required", Type: "string_too_short"})
	case n > ReasonMax:
		errs = append(errs, FieldError{
			Field: "body.reason", Message: fmt.Sprintf("has %d characters, at most %d are allowed", n, ReasonMax), Type: "string_too_long",
		})
	}

	errs = append(errs, checkText("body.reason", t.Reason)...)

	return Invalid(errs)
}

// Validate checks every duration that is set, and that no default is above the
// maximum that is set with it. Whether a default is above a maximum that stands
// already is for [LifecycleConfig.Validate] of the merged configuration.
func (u LifecycleUpdate) Validate() error {
	var errs []FieldError

	for _, kind := range []struct {
		name string
		rule *LifecycleRuleUpdate
	}{{"mapping", u.Mapping}, {"snapshot", u.Snapshot}, {"instance", u.Instance}} {
		if kind.rule == nil {
			continue
		}

		errs = append(errs, checkRule("body."+kind.name, LifecycleRule(*kind.rule))...)
	}

	return Invalid(errs)
}

// Validate checks every duration and that no default_ttl is above its max_ttl.
func (c LifecycleConfig) Validate() error {
	errs := checkRule("body.mapping", c.Mapping)
	errs = append(errs, checkRule("body.snapshot", c.Snapshot)...)
	errs = append(errs, checkRule("body.instance", c.Instance)...)

	return Invalid(errs)
}

// With returns the configuration after the update: nil leaves, "" clears.
func (c LifecycleConfig) With(u LifecycleUpdate) LifecycleConfig {
	c.Mapping = c.Mapping.with(u.Mapping)
	c.Snapshot = c.Snapshot.with(u.Snapshot)
	c.Instance = c.Instance.with(u.Instance)

	return c
}

func (r LifecycleRule) with(u *LifecycleRuleUpdate) LifecycleRule {
	if u == nil {
		return r
	}

	set := func(field **string, value *string) {
		switch {
		case value == nil:
		case *value == "":
			*field = nil
		default:
			v := *value
			*field = &v
		}
	}

	set(&r.DefaultTTL, u.DefaultTTL)
	set(&r.DefaultInactivity, u.DefaultInactivity)
	set(&r.MaxTTL, u.MaxTTL)

	return r
}

func checkRule(path string, r LifecycleRule) []FieldError {
	var errs []FieldError

	for _, field := range []struct {
		name  string
		value *string
	}{{"default_ttl", r.DefaultTTL}, {"default_inactivity", r.DefaultInactivity}, {"max_ttl", r.MaxTTL}} {
		if field.value == nil || *field.value == "" {
			continue
		}

		if _, err := ParseDuration(*field.value); err != nil {
			errs = append(errs, FieldError{Field: path + "." + field.name, Message: err.Error(), Type: "duration"})
		}
	}

	if len(errs) > 0 || r.DefaultTTL == nil || r.MaxTTL == nil || *r.DefaultTTL == "" || *r.MaxTTL == "" {
		return errs
	}

	// Both were parsed above.
	ttl, _ := ParseDuration(*r.DefaultTTL)
	if longest, _ := ParseDuration(*r.MaxTTL); ttl > longest {
		errs = append(errs, FieldError{
			Field:   path + ".default_ttl",
			Message: fmt.Sprintf("%s is longer than max_ttl, %s", *r.DefaultTTL, *r.MaxTTL),
			Type:    "greater_than_max_ttl",
		})
	}

	return errs
}

func appendRange(errs []FieldError, field string, value, low, high int) []FieldError {
	if value >= low && value <= high {
		return errs
	}

	return append(errs, FieldError{
		Field: field, Message: fmt.Sprintf("must be between %d and %d", low, high), Type: "range",
	})
}

// Clip shortens what somebody else wrote, for a message: to 200 characters of UTF-8.
func Clip(text string) string {
	const most = 200

	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= most {
		return text
	}

	return string([]rune(text)[:most]) + "…"
}

// Visible reports whether somebody can see anything of the text: more than spaces, and
// than characters that only say how others are to be set.
func Visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// checkText refuses what a database cannot hold as text.
func checkText(field, value string) []FieldError {
	if utf8.ValidString(value) && !strings.ContainsRune(value, 0) {
		return nil
	}

	return []FieldError{{Field: field, Message: "must be UTF-8 text without NUL characters", Type: "string_unicode"}}
}
