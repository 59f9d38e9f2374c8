package controlplane

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/ops"
)

// A repeated PUT writes the same values again and changes nothing but the time.

// GetLifecycleConfig implements [ops.Service].
func (s session) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return getSection[ops.LifecycleConfig](ctx, s, ops.SectionLifecycle)
}

// UpdateLifecycleConfig implements [ops.Service].
func (s session) UpdateLifecycleConfig(ctx context.Context, update ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	now, err := s.save(ctx, ops.SectionLifecycle, update)

	return ops.LifecycleUpdated{Updated: err == nil, UpdatedAt: now}, err
}

// GetConcurrencyConfig implements [ops.Service].
func (s session) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return getSection[ops.ConcurrencyConfig](ctx, s, ops.SectionConcurrency)
}

// UpdateConcurrencyConfig implements [ops.Service].
func (s session) UpdateConcurrencyConfig(ctx context.Context, update ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	return putSection[ops.ConcurrencyConfig](ctx, s, ops.SectionConcurrency, update)
}

// GetMaintenanceMode implements [ops.Service].
func (s session) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return getSection[ops.MaintenanceMode](ctx, s, ops.SectionMaintenance)
}

// SetMaintenanceMode implements [ops.Service].
func (s session) SetMaintenanceMode(ctx context.Context, update ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	return putSection[ops.MaintenanceMode](ctx, s, ops.SectionMaintenance, update)
}

// GetExportConfig implements [ops.Service].
func (s session) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return getSection[ops.ExportConfig](ctx, s, ops.SectionExport)
}

// UpdateExportConfig implements [ops.Service].
func (s session) UpdateExportConfig(ctx context.Context, update ops.ExportUpdate) (ops.ExportConfig, error) {
	return putSection[ops.ExportConfig](ctx, s, ops.SectionExport, update)
}

func getSection[C any](ctx context.Context, s session, name ops.SectionName) (config C, err error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return config, err
	}

	return typed[C](current, name)
}

// putSection answers what the update holds, and who wrote it and when.
func putSection[C any](ctx context.Context, s session, name ops.SectionName, update any) (config C, err error) {
	now, err := s.save(ctx, name, update)
	if err != nil {
		return config, err
	}

	section, err := ops.SectionOf(name)
	if err != nil {
		return config, err
	}

	return decode[C](section.ValuesOf(update), &now, &s.caller.Username)
}

// typed is a section as it is stored.
func typed[C any](current settings, name ops.SectionName) (config C, err error) {
	section, err := ops.SectionOf(name)
	if err != nil {
		return config, err
	}

	values, err := current.values(section)
	if err != nil {
		return config, err
	}

	at, by := current.latest(section)

	return decode[C](values, at, by)
}

func decode[C any](values ops.Values, at *ops.Time, by *string) (config C, err error) {
	values["updated_at"], values["updated_by"] = at, by

	return config, values.Decode(&config)
}

// configured is a user, nil for one who is not known yet, and the configuration, which is for others too and
// must not be changed.
type configured struct {
	user     *user
	settings settings
}

// currentSettings reads who asks and the configuration with one look.
func (s session) currentSettings(ctx context.Context) (settings, error) {
	if err := checkIdentity(s.caller); err != nil {
		return nil, err
	}

	found, err := s.configs.Do(ctx, s.caller.Username, func(ctx context.Context) (configured, error) {
		return readConfigured(ctx, s.db.Read(), s.caller.Username)
	})
	if err != nil || found.user == nil { // which of the two it was, and who it is, is found out one by one
		if err := s.allowOps(ctx); err != nil {
			return nil, err
		}

		return readSettings(ctx, s.db.Read())
	}

	if found.user.active {
		s.keepLogin(ctx, *found.user)
	}

	if err := s.allow(*found.user); err != nil {
		return nil, err
	}

	return found.settings, s.requireOps()
}

// save writes the fields of the update in one transaction and returns when. They are
// checked by themselves, and with what is stored beside them; one bad field changes nothing.
func (s session) save(ctx context.Context, name ops.SectionName, update any) (ops.Time, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.Time{}, err
	}

	section, err := ops.SectionOf(name)
	if err != nil {
		return ops.Time{}, err
	}

	values, now := section.ValuesOf(update), s.timestamp()
	if err := ops.Invalid(section.Check(values)); err != nil {
		return ops.Time{}, err
	}

	err = s.changeSettings(ctx, func(tx *sql.Tx, current settings) error {
		for _, f := range section.Fields {
			if _, given := values[f.Name]; given { // what is written over need not be readable
				delete(current, section.Key(f))
			}
		}

		after, err := current.values(section)
		if err != nil {
			return err
		}

		maps.Copy(after, values)

		if err := ops.Invalid(section.CheckChanged(after, slices.Collect(maps.Keys(values)))); err != nil {
			return err
		}

		err = writeSettings(ctx, tx, section, values, s.caller.Username, now)

		failpoint.Reach(failpoint.ConfigWriting)

		return err
	})

	failpoint.Reach(failpoint.ConfigWritten)

	return ops.At(now), err
}

// timestamp is now as the database keeps it, so that an answer to a write and a later
// read say the same.
func (cp *ControlPlane) timestamp() time.Time { return cp.now().UTC().Truncate(time.Microsecond) }
