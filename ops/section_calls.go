package ops

import (
	"context"
	"encoding/json"
	"fmt"
)

// The typed values of a section, such as [ConcurrencyConfig], have the JSON of its
// [Values], so JSON carries the one to the other.

// SectionState is what a control plane holds of a section, and who it says set it: "" where
// it does not say.
type SectionState struct {
	Values    Values
	UpdatedBy string
}

// Read asks the control plane for the section.
func (s Section) Read(ctx context.Context, service Service) (SectionState, error) {
	switch s.Name {
	case SectionLifecycle:
		return s.state(service.GetLifecycleConfig(ctx))
	case SectionConcurrency:
		return s.state(service.GetConcurrencyConfig(ctx))
	case SectionMaintenance:
		return s.state(service.GetMaintenanceMode(ctx))
	case SectionExport:
		return s.state(service.GetExportConfig(ctx))
	default:
		return SectionState{}, NotFound("configuration section", s.Name)
	}
}

// Write sets the section to the values after, which hold every field. Of the lifecycle
// only what differs from before is sent.
func (s Section) Write(ctx context.Context, service Service, before, after Values) error {
	switch s.Name {
	case SectionLifecycle:
		return write(ctx, s.lifecycleChanges(before, after), service.UpdateLifecycleConfig)
	case SectionConcurrency:
		return write(ctx, after, service.UpdateConcurrencyConfig)
	case SectionMaintenance:
		return write(ctx, after, service.SetMaintenanceMode)
	case SectionExport:
		return write(ctx, after, service.UpdateExportConfig)
	default:
		return NotFound("configuration section", s.Name)
	}
}

// Validate checks the rules between the values of the section.
func (s Section) Validate(values Values) error {
	switch s.Name {
	case SectionLifecycle:
		return validate[LifecycleConfig](values)
	case SectionConcurrency:
		return validate[ConcurrencyUpdate](values)
	case SectionExport:
		return validate[ExportUpdate](values)
	case SectionMaintenance:
		return nil
	default:
		return NotFound("configuration section", s.Name)
	}
}

// state picks the section's fields out of what a call answered.
func (s Section) state(answer any, err error) (SectionState, error) {
	if err != nil {
		return SectionState{}, err
	}

	var all Values
	if err := convert(answer, &all); err != nil {
		return SectionState{}, fmt.Errorf("read the section %s: %w", s.Name, err)
	}

	state := SectionState{Values: Values{}}
	state.UpdatedBy, _ = all["updated_by"].(string)

	for _, f := range s.Fields {
		state.Values[f.Name] = all[f.Name]
	}

	return state, nil
}

// lifecycleChanges names only what differs; no expiry is sent as "".
func (s Section) lifecycleChanges(before, after Values) Values {
	changed := Values{}

	for _, d := range s.Diff(before, after) {
		if changed[d.Field.Name] = d.After; d.After == nil {
			changed[d.Field.Name] = ""
		}
	}

	return changed
}

func write[U, A any](ctx context.Context, values Values, call func(context.Context, U) (A, error)) error {
	var update U
	if err := convert(values, &update); err != nil {
		return fmt.Errorf("write the values: %w", err)
	}

	_, err := call(ctx, update)

	return err
}

func validate[T interface{ Validate() error }](values Values) error {
	var typed T
	if err := convert(values, &typed); err != nil {
		return err
	}

	return typed.Validate()
}

func convert(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}

	return json.Unmarshal(data, to)
}
