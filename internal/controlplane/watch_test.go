package controlplane_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAnotherControlPlaneIsNoticed: by what it writes after this one began, however it writes times.
func TestAnotherControlPlaneIsNoticed(t *testing.T) {
	t.Parallel()

	for name, write := range map[string]string{
		"its jobs":             `UPDATE instances SET status = 'running', updated_at = '2026-03-02T09:05:00.123456+00:00' WHERE id = 1`,
		"its callers":          `UPDATE instances SET status = 'stopping', updated_at = '2026-03-02 09:05:00' WHERE id = 1`,
		"what it is set to be": `UPDATE global_config SET updated_at = '2026-03-02T09:05:00Z' WHERE key = 'concurrency.per_analyst'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			p := open(t, adopted(t, worldtest.Adopted.PostgresURL(t)))
			seed(t, p.db, 1, 7, 0)

			watch := controlplane.NewWatch(p.db, p.clock.Now, slog.New(slog.NewTextHandler(p.log, nil)), false)
			look := func() string {
				t.Helper()

				if err := watch.Look(t.Context()); err != nil {
					t.Fatal(err)
				}

				return watch.Remarks()[ops.ComponentDatabase].Error
			}

			p.clock.Advance(6 * time.Minute)

			// What is done here is ours.
			must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), ops.InstanceRequest{
				MappingID: 1, WrapperType: "ryugraph", Name: "Fraud",
			}))
			must[ops.ExportConfig](t)(p.As(dave).UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 60}))

			if said := look(); said != "" {
				t.Errorf("nobody else wrote, and it says %q", said)
			}

			exec(t, p.db, write)

			if said := look(); !strings.Contains(said, "Another control plane") || !strings.Contains(said, "09:05:00 UTC") {
				t.Errorf("it says %q, want that another control plane wrote at 09:05:00 UTC", said)
			}

			look()

			if n := strings.Count(p.log.String(), "another control plane writes"); n != 1 {
				t.Errorf("the log tells it %d times, want once:\n%s", n, p.log)
			}

			p.clock.Advance(10 * time.Minute)

			if said := look(); said != "" {
				t.Errorf("after ten quiet minutes it says %q", said)
			}
		})
	}
}

// TestOddSettingsAreNamed on Health, until they are set.
func TestOddSettingsAreNamed(t *testing.T) {
	t.Parallel()

	p := open(t, adopted(t, worldtest.Adopted.PostgresURL(t)))
	watch := controlplane.NewWatch(p.db, p.clock.Now, slog.New(slog.DiscardHandler), true)

	exec(t, p.db, `UPDATE global_config SET value = 'maybe' WHERE key = 'maintenance.enabled'`)
	exec(t, p.db, `UPDATE global_config SET value = '' WHERE key = 'export.max_duration_seconds'`)

	if err := watch.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	said := watch.Remarks()[ops.ComponentDatabase].Error
	for _, want := range []string{"maintenance.enabled", `"maybe"`, "export.max_duration_seconds"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not name %s", said, want)
		}
	}
}

// TestWhatNobodyWouldEndIsNotStopped: where tables are only watched, nothing here ends a pod.
func TestWhatNobodyWouldEndIsNotStopped(t *testing.T) {
	t.Parallel()

	db := adopted(t, worldtest.Adopted.PostgresURL(t))
	seed(t, db, 1, 7, 0)
	exec(t, db, `UPDATE instances SET status = 'running', pod_name = 'pod' WHERE id = 1`)
	exec(t, db, `UPDATE instances SET status = 'failed' WHERE id = 2`)

	plane := worldtest.ControlPlane(t, controlplane.Config{DB: db, Now: time.Now, WatchOnly: true})
	as := plane.InstancesAs(carol)

	if e := refused(t, as.DeleteInstance(t.Context(), 1), ops.CodeServiceUnavailable); !strings.Contains(e.Message, "instance 1") {
		t.Errorf("%q does not say what of", e.Message)
	}

	if got := must[ops.Instance](t)(as.GetInstance(t.Context(), 1)); got.Status != ops.InstanceRunning {
		t.Errorf("it is %s, want running", got.Status)
	}

	if err := as.DeleteInstance(t.Context(), 2); err != nil {
		t.Errorf("one without a pod: %v", err)
	}
}
