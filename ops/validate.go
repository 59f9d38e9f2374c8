package ops

import (
	"maps"
	"strings"
)

// Validate checks the values against the table, [Sections].
func (u ConcurrencyUpdate) Validate() error { return validate(SectionConcurrency, u) }

// Validate checks the values against the table, [Sections].
func (u MaintenanceUpdate) Validate() error { return validate(SectionMaintenance, u) }

// Validate checks the values against the table, [Sections].
func (u ExportUpdate) Validate() error { return validate(SectionExport, u) }

// Validate checks every duration that is set, and that no default is above the
// maximum that is set with it. Whether a default is above a maximum that stands
// already is for [LifecycleConfig.Validate] of the merged configuration.
func (u LifecycleUpdate) Validate() error { return validate(SectionLifecycle, u) }

// Validate checks every duration and that no default_ttl is above its max_ttl.
func (c LifecycleConfig) Validate() error { return validate(SectionLifecycle, c) }

// With returns the configuration after the update: nil leaves, "" clears.
func (c LifecycleConfig) With(u LifecycleUpdate) LifecycleConfig {
	section := section(SectionLifecycle)
	values, changes := section.ValuesOf(c), section.ValuesOf(u)

	for name, value := range changes {
		if value == "" {
			changes[name] = nil
		}
	}

	maps.Copy(values, changes)

	var after LifecycleConfig
	if err := values.Decode(&after); err != nil { // never: texts and nulls alone
		return c
	}

	return after
}

// Validate checks that the job can be triggered and that the reason has 1 to 500
// characters, not only spaces.
func (t JobTrigger) Validate() error {
	var errs []FieldError

	if !t.JobName.Triggerable() {
		errs = append(errs, FieldError{
			Field:   "body.job_name",
			Message: "must be one of " + strings.Join(triggerable(), ", "),
			Type:    "enum",
		})
	}

	if !Visible(t.Reason) {
		errs = append(errs, FieldError{Field: "body.reason", Message: "is required", Type: "string_too_short"})
	}

	return Invalid(append(errs, CheckText("body.reason", t.Reason, ReasonMax)...))
}
