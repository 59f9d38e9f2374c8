package ops

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"time"
)

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
// only what differs from before is sent, spelled as it is; a control plane that takes none
// but the contract's spelling gets that.
func (s Section) Write(ctx context.Context, service Service, before, after Values) error {
	switch s.Name {
	case SectionLifecycle:
		changed := s.lifecycleChanges(before, after)
		err := write(ctx, changed, service.UpdateLifecycleConfig)

		// It holds to the contract's grammar, whatever was there before: it gets the same lengths.
		if spelled := s.inGrammar(changed); len(FieldErrors(err)) > 0 && !maps.Equal(spelled, changed) {
			return write(ctx, spelled, service.UpdateLifecycleConfig)
		}

		return err
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

// state picks the section's fields out of what a call answered.
func (s Section) state(answer any, err error) (SectionState, error) {
	if err != nil {
		return SectionState{}, err
	}

	by, _ := lookup(reflect.ValueOf(answer), "updated_by")
	updatedBy, _ := by.(string)

	return SectionState{Values: s.ValuesOf(answer), UpdatedBy: updatedBy}, nil
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

// inGrammar writes in the contract's grammar what has the length of one in whole seconds.
func (s Section) inGrammar(values Values) Values {
	spelled := values.Clone()

	for name, value := range spelled {
		text, _ := value.(string)
		length, err := ReadDuration(text)

		if _, foreign := ParseDuration(text); foreign != nil && err == nil && length%time.Second == 0 {
			spelled[name] = FormatDuration(length)
		}
	}

	return spelled
}

func write[U, A any](ctx context.Context, values Values, call func(context.Context, U) (A, error)) error {
	var update U
	if err := values.Decode(&update); err != nil {
		return fmt.Errorf("write the values: %w", err)
	}

	_, err := call(ctx, update)

	return err
}
