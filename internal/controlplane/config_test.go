package controlplane_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestANewPlatformHasTheDefaults(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		check := func() {
			t.Helper()

			as := p.As(dave)

			if got := must[ops.ConcurrencyConfig](t)(as.GetConcurrencyConfig(t.Context())); got.PerAnalyst != 5 || got.ClusterTotal != 50 {
				t.Errorf("concurrency is %+v, want 5 per analyst, 50 in the cluster", got)
			}

			if got := must[ops.MaintenanceMode](t)(as.GetMaintenanceMode(t.Context())); got.Enabled || got.Message != "" {
				t.Errorf("maintenance is %+v, want it off, without a message", got)
			}

			if got := must[ops.ExportConfig](t)(as.GetExportConfig(t.Context())); got.MaxDurationSeconds != 3600 {
				t.Errorf("export is %+v, want 3600 seconds", got)
			}
		}

		check()
		exec(t, p.db, `DELETE FROM global_config`) // a key that is not there has its default
		check()
	})
}

func TestConfigurationIsKept(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		as := p.As(dave)

		for range 2 { // a repeated PUT is harmless
			p.clock.Advance(time.Hour + 123456789*time.Nanosecond)

			put := must[ops.ConcurrencyConfig](t)(as.UpdateConcurrencyConfig(t.Context(),
				opstest.Limits(7, 70)))
			got := must[ops.ConcurrencyConfig](t)(as.GetConcurrencyConfig(t.Context()))

			if got.PerAnalyst != 7 || got.ClusterTotal != 70 || !got.UpdatedAt.Equal(put.UpdatedAt.Time) {
				t.Errorf("put %+v, got %+v, want 7 per analyst, 70 in the cluster, of the same time", put, got)
			}
		}

		putMode := must[ops.MaintenanceMode](t)(as.SetMaintenanceMode(t.Context(),
			ops.MaintenanceUpdate{Enabled: true, Message: "Back at <nine>"}))
		mode := must[ops.MaintenanceMode](t)(as.GetMaintenanceMode(t.Context()))

		if !mode.Enabled || mode.Message != "Back at <nine>" || *mode.UpdatedBy != "dave" || !mode.UpdatedAt.Equal(putMode.UpdatedAt.Time) {
			t.Errorf("put %+v, got %+v, want it on, Back at <nine>, by dave, of the same time", putMode, mode)
		}

		putExport := must[ops.ExportConfig](t)(as.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 120}))
		export := must[ops.ExportConfig](t)(as.GetExportConfig(t.Context()))

		if export.MaxDurationSeconds != 120 || *export.UpdatedBy != "dave" || !export.UpdatedAt.Equal(putExport.UpdatedAt.Time) {
			t.Errorf("put %+v, got %+v, want 120 seconds, by dave, of the same time", putExport, export)
		}
	})
}

func TestBadConfigurationChangesNothing(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		as := p.As(dave)
		before := counts(t, p.db, `SELECT key, value, updated_at, 0 FROM global_config ORDER BY 1`)

		_, err := as.UpdateConcurrencyConfig(t.Context(), opstest.Limits(101, 0))
		wantFields(t, err, "body.per_analyst", "body.cluster_total")

		_, err = as.UpdateConcurrencyConfig(t.Context(), opstest.Limits(5, 1001))
		wantFields(t, err, "body.cluster_total")

		for _, seconds := range []int{59, 86401, 0, -1} {
			_, err = as.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: seconds})
			wantFields(t, err, "body.max_duration_seconds")
		}

		for _, message := range []string{"\x00", "\xff"} {
			_, err = as.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true, Message: message})
			wantFields(t, err, "body.message")
		}

		if after := counts(t, p.db, `SELECT key, value, updated_at, 0 FROM global_config ORDER BY 1`); after != before {
			t.Errorf("the configuration was\n%s\nand is\n%s", before, after)
		}
	})
}

func TestANumberThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		exec(t, p.db, `UPDATE global_config SET value = 'many' WHERE key = 'concurrency.cluster_total'`)

		if got, err := p.As(dave).GetConcurrencyConfig(t.Context()); err == nil {
			t.Errorf("the limit 'many' was read as %+v", got)
		} else if message := refused(t, err, ops.CodeServiceUnavailable).Message; !strings.Contains(message, `concurrency.cluster_total`) ||
			!strings.Contains(message, `"many"`) {
			t.Errorf("%q names neither the row nor its value", message)
		}

		// What needs none of it goes on.
		must[ops.LifecycleConfig](t)(p.As(dave).GetLifecycleConfig(t.Context()))
		must[ops.MaintenanceMode](t)(p.As(dave).GetMaintenanceMode(t.Context()))
		must[ops.ExportConfig](t)(p.As(dave).UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 60}))
		must[ops.State](t)(p.As(dave).GetState(t.Context()))

		// To set it is how it is mended.
		must[ops.ConcurrencyConfig](t)(p.As(dave).UpdateConcurrencyConfig(t.Context(), opstest.Limits(5, 60)))

		if got := must[ops.ConcurrencyConfig](t)(p.As(dave).GetConcurrencyConfig(t.Context())); got.ClusterTotal != 60 {
			t.Errorf("the limit is %d, want 60", got.ClusterTotal)
		}
	})
}
