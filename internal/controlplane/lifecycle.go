package controlplane

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/ops"
)

// GetLifecycleConfig implements [ops.Service].
func (s session) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	current, err := s.currentSettings(ctx)
	if err != nil {
		return ops.LifecycleConfig{}, err
	}

	return ops.LifecycleConfig{
		Mapping:  current.lifecycle("mapping"),
		Snapshot: current.lifecycle("snapshot"),
		Instance: current.lifecycle("instance"),
	}, nil
}

// UpdateLifecycleConfig implements [ops.Service]. The kinds that the update touches
// are validated as they will be, with what stands already; one bad field changes
// nothing.
func (s session) UpdateLifecycleConfig(ctx context.Context, update ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.LifecycleUpdated{}, err
	}

	if err := update.Validate(); err != nil {
		return ops.LifecycleUpdated{}, err
	}

	now := s.moment()

	err := s.changeSettings(ctx, func(tx *sql.Tx, current settings) error {
		var (
			touched ops.LifecycleConfig
			values  []setting
		)

		for _, kind := range []struct {
			name   string
			update *ops.LifecycleRuleUpdate
			rule   *ops.LifecycleRule
		}{
			{"mapping", update.Mapping, &touched.Mapping},
			{"snapshot", update.Snapshot, &touched.Snapshot},
			{"instance", update.Instance, &touched.Instance},
		} {
			if kind.update != nil {
				*kind.rule = current.lifecycle(kind.name)
				values = append(values, lifecycleValues(kind.name, *kind.update)...)
			}
		}

		if err := touched.With(update).Validate(); err != nil {
			return err
		}

		return writeSettings(ctx, tx, values, s.caller.Username, now)
	})
	if err != nil {
		return ops.LifecycleUpdated{}, err
	}

	return ops.LifecycleUpdated{Updated: true, UpdatedAt: ops.At(now)}, nil
}

// lifecycle is the rule of one kind of resource; "" is kept for null.
func (s settings) lifecycle(kind string) ops.LifecycleRule {
	duration := func(field string) *string {
		if value := s[lifecycleKey(kind, field)].value; value != "" {
			return &value
		}

		return nil
	}

	return ops.LifecycleRule{
		DefaultTTL:        duration("default_ttl"),
		DefaultInactivity: duration("default_inactivity"),
		MaxTTL:            duration("max_ttl"),
	}
}

func lifecycleValues(kind string, update ops.LifecycleRuleUpdate) []setting {
	var values []setting

	for _, field := range []struct {
		name  string
		value *string
	}{
		{"default_ttl", update.DefaultTTL},
		{"default_inactivity", update.DefaultInactivity},
		{"max_ttl", update.MaxTTL},
	} {
		if field.value != nil {
			values = append(values, setting{key: lifecycleKey(kind, field.name), value: *field.value})
		}
	}

	return values
}

func lifecycleKey(kind, field string) string { return "lifecycle." + kind + "." + field }
