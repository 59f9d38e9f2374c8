package controlplane

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// A repeated PUT writes the same values again and changes nothing but the time.

// GetConcurrencyConfig implements [ops.Service].
func (s session) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	return current.concurrency()
}

// UpdateConcurrencyConfig implements [ops.Service].
func (s session) UpdateConcurrencyConfig(ctx context.Context, update ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	now, err := s.save(ctx, update.Validate,
		setting{key: keyPerAnalyst, value: strconv.Itoa(update.PerAnalyst)},
		setting{key: keyClusterTotal, value: strconv.Itoa(update.ClusterTotal)})
	if err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	return ops.ConcurrencyConfig{PerAnalyst: update.PerAnalyst, ClusterTotal: update.ClusterTotal, UpdatedAt: &now}, nil
}

// GetMaintenanceMode implements [ops.Service].
func (s session) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.MaintenanceMode{}, err
	}

	return current.maintenance()
}

// SetMaintenanceMode implements [ops.Service].
func (s session) SetMaintenanceMode(ctx context.Context, update ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	enabled := "0"
	if update.Enabled {
		enabled = "1"
	}

	now, err := s.save(ctx, func() error { return ops.Invalid(checkText(nil, "body.message", update.Message, messageMax)) },
		setting{key: keyMaintenanceEnabled, value: enabled},
		setting{key: keyMaintenanceMessage, value: update.Message})
	if err != nil {
		return ops.MaintenanceMode{}, err
	}

	return ops.MaintenanceMode{
		Enabled: update.Enabled, Message: update.Message, UpdatedAt: &now, UpdatedBy: &s.caller.Username,
	}, nil
}

// GetExportConfig implements [ops.Service].
func (s session) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.ExportConfig{}, err
	}

	seconds, err := current.number(keyMaxDurationSeconds)
	at, by := current.latest(keyMaxDurationSeconds)

	return ops.ExportConfig{MaxDurationSeconds: seconds, UpdatedAt: at, UpdatedBy: by}, err
}

// UpdateExportConfig implements [ops.Service].
func (s session) UpdateExportConfig(ctx context.Context, update ops.ExportUpdate) (ops.ExportConfig, error) {
	now, err := s.save(ctx, update.Validate,
		setting{key: keyMaxDurationSeconds, value: strconv.Itoa(update.MaxDurationSeconds)})
	if err != nil {
		return ops.ExportConfig{}, err
	}

	return ops.ExportConfig{
		MaxDurationSeconds: update.MaxDurationSeconds, UpdatedAt: &now, UpdatedBy: &s.caller.Username,
	}, nil
}

func (s session) currentSettings(ctx context.Context) (settings, error) {
	if err := s.allowOps(ctx); err != nil {
		return nil, err
	}

	return readSettings(ctx, s.db.Read())
}

// save writes the values in one transaction, once they are valid, and returns when.
func (s session) save(ctx context.Context, validate func() error, values ...setting) (ops.Time, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.Time{}, err
	}

	if err := validate(); err != nil {
		return ops.Time{}, err
	}

	now := s.moment()

	return ops.At(now), s.changeSettings(ctx, func(tx *sql.Tx, _ settings) error {
		return writeSettings(ctx, tx, values, s.caller.Username, now)
	})
}

// moment is now as the database keeps it, so that an answer to a write and a later
// read say the same.
func (cp *ControlPlane) moment() time.Time { return cp.now().UTC().Truncate(time.Microsecond) }

func (s settings) concurrency() (ops.ConcurrencyConfig, error) {
	perAnalyst, err := s.number(keyPerAnalyst)
	if err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	clusterTotal, err := s.number(keyClusterTotal)
	at, _ := s.latest(keyPerAnalyst, keyClusterTotal)

	return ops.ConcurrencyConfig{PerAnalyst: perAnalyst, ClusterTotal: clusterTotal, UpdatedAt: at}, err
}

func (s settings) maintenance() (ops.MaintenanceMode, error) {
	enabled, err := s.number(keyMaintenanceEnabled)
	at, by := s.latest(keyMaintenanceEnabled, keyMaintenanceMessage)

	return ops.MaintenanceMode{
		Enabled: enabled != 0, Message: s[keyMaintenanceMessage].value, UpdatedAt: at, UpdatedBy: by,
	}, err
}
