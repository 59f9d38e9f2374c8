package changes

import (
	"context"

	"github.com/graph-olap/opsconsole/ops"
)

const messageMax = 2000

// Sections lists all four, in the order of the contract.
func Sections() []Section {
	return []Section{lifecycle(), concurrency(), maintenance(), export()}
}

// SectionOf returns the section of that name.
func SectionOf(name SectionName) (Section, error) {
	for _, s := range Sections() {
		if s.Name == name {
			return s, nil
		}
	}

	return Section{}, ops.NotFound("configuration section", name)
}

func concurrency() Section {
	return Section{
		Name: Concurrency, Title: "Concurrency limits",
		Fields: []Field{
			{
				Name: "per_analyst", Label: "Per analyst", Kind: KindInt, Unit: "instances",
				Help: "How many instances one analyst may hold at a time.",
				Min:  ops.PerAnalystMin, Max: ops.PerAnalystMax,
			},
			{
				Name: "cluster_total", Label: "Cluster total", Kind: KindInt, Unit: "instances",
				Help: "How many instances the cluster may hold at a time.",
				Min:  ops.ClusterTotalMin, Max: ops.ClusterTotalMax,
			},
		},
		read: func(ctx context.Context, service ops.Service) (reading, error) {
			c, err := service.GetConcurrencyConfig(ctx)

			return reading{
				values: Values{"per_analyst": int64(c.PerAnalyst), "cluster_total": int64(c.ClusterTotal)},
			}, err
		},
		write: func(ctx context.Context, service ops.Service, _, after Values) error {
			_, err := service.UpdateConcurrencyConfig(ctx, concurrencyUpdate(after))

			return err
		},
		validate: func(after Values) error { return concurrencyUpdate(after).Validate() },
	}
}

func concurrencyUpdate(v Values) ops.ConcurrencyUpdate {
	return ops.ConcurrencyUpdate{PerAnalyst: v.number("per_analyst"), ClusterTotal: v.number("cluster_total")}
}

func export() Section {
	return Section{
		Name: Export, Title: "Export limits",
		Fields: []Field{{
			Name: "max_duration_seconds", Label: "Longest export", Kind: KindInt, Unit: "seconds",
			Help: "An export that runs longer is ended.",
			Min:  ops.MaxDurationSecondsMin, Max: ops.MaxDurationSecondsMax,
		}},
		read: func(ctx context.Context, service ops.Service) (reading, error) {
			c, err := service.GetExportConfig(ctx)

			return reading{
				values:    Values{"max_duration_seconds": int64(c.MaxDurationSeconds)},
				updatedBy: text(c.UpdatedBy),
			}, err
		},
		write: func(ctx context.Context, service ops.Service, _, after Values) error {
			_, err := service.UpdateExportConfig(ctx, exportUpdate(after))

			return err
		},
		validate: func(after Values) error { return exportUpdate(after).Validate() },
	}
}

func exportUpdate(v Values) ops.ExportUpdate {
	return ops.ExportUpdate{MaxDurationSeconds: v.number("max_duration_seconds")}
}

func maintenance() Section {
	return Section{
		Name: Maintenance, Title: "Maintenance mode",
		Fields: []Field{
			{
				Name: "enabled", Label: "Maintenance mode", Kind: KindBool,
				Help: "While it is on, nobody can create an instance; what runs goes on.",
			},
			{
				Name: "message", Label: "Message", Kind: KindText, Max: messageMax,
				Help: "What users read when they are refused.",
			},
		},
		read: func(ctx context.Context, service ops.Service) (reading, error) {
			m, err := service.GetMaintenanceMode(ctx)

			return reading{
				values:    Values{"enabled": m.Enabled, "message": m.Message},
				updatedBy: text(m.UpdatedBy),
			}, err
		},
		write: func(ctx context.Context, service ops.Service, _, after Values) error {
			enabled, _ := after["enabled"].(bool)
			message, _ := after["message"].(string)
			_, err := service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: enabled, Message: message})

			return err
		},
		validate: func(Values) error { return nil },
	}
}

func (v Values) number(name string) int {
	n, _ := v[name].(int64)

	return int(n)
}

func text(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}
