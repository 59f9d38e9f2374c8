package controlplane_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// operations are all fifteen but get_metrics, with arguments that are valid.
func operations() map[string]func(ctx context.Context, s ops.Service) error {
	discard := func(_ any, err error) error { return err }

	return map[string]func(ctx context.Context, s ops.Service) error{
		"get_cluster_health":     func(ctx context.Context, s ops.Service) error { return discard(s.GetClusterHealth(ctx)) },
		"get_cluster_instances":  func(ctx context.Context, s ops.Service) error { return discard(s.GetClusterInstances(ctx)) },
		"get_lifecycle_config":   func(ctx context.Context, s ops.Service) error { return discard(s.GetLifecycleConfig(ctx)) },
		"get_concurrency_config": func(ctx context.Context, s ops.Service) error { return discard(s.GetConcurrencyConfig(ctx)) },
		"get_maintenance_mode":   func(ctx context.Context, s ops.Service) error { return discard(s.GetMaintenanceMode(ctx)) },
		"get_export_config":      func(ctx context.Context, s ops.Service) error { return discard(s.GetExportConfig(ctx)) },
		"get_job_status":         func(ctx context.Context, s ops.Service) error { return discard(s.GetJobStatus(ctx)) },
		"get_state":              func(ctx context.Context, s ops.Service) error { return discard(s.GetState(ctx)) },
		"get_export_jobs": func(ctx context.Context, s ops.Service) error {
			return discard(s.GetExportJobs(ctx, ops.ExportJobsQuery{}))
		},
		"update_lifecycle_config": func(ctx context.Context, s ops.Service) error {
			return discard(s.UpdateLifecycleConfig(ctx, ops.LifecycleUpdate{}))
		},
		"update_concurrency_config": func(ctx context.Context, s ops.Service) error {
			return discard(s.UpdateConcurrencyConfig(ctx, opstest.Limits(1, 1)))
		},
		"set_maintenance_mode": func(ctx context.Context, s ops.Service) error {
			return discard(s.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{}))
		},
		"update_export_config": func(ctx context.Context, s ops.Service) error {
			return discard(s.UpdateExportConfig(ctx, ops.ExportUpdate{MaxDurationSeconds: 60}))
		},
		"trigger_job": func(ctx context.Context, s ops.Service) error {
			return discard(s.TriggerJob(ctx, ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "it is late"}))
		},
	}
}

func TestEveryOperationWantsExactlyOps(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for name, call := range operations() {
			for _, caller := range []ops.Caller{alice, carol} {
				e := refused(t, call(t.Context(), p.As(caller)), ops.CodeInsufficientRole)
				if e.Details["user_role"] != caller.Role || e.Details["required_role"] != ops.RoleOps {
					t.Errorf("%s by %s: details %v, want that role, and %s required", name, caller.Role, e.Details, ops.RoleOps)
				}
			}

			if err := call(t.Context(), p.As(dave)); err != nil {
				t.Errorf("%s by ops: %v", name, err)
			}

			if err := call(t.Context(), p.As(ops.Caller{Username: "dave", Role: "OPS"})); err != nil {
				t.Errorf("%s by OPS: %v", name, err)
			}

			wantCode(t, call(t.Context(), p.As(ops.Caller{Role: ops.RoleOps})), ops.CodeUnauthorized)
			wantCode(t, call(t.Context(), p.As(ops.Caller{Username: "dave"})), ops.CodeMissingRole)
			wantCode(t, call(t.Context(), p.As(ops.Caller{Username: "dave", Role: "root"})), ops.CodeInvalidRole)
		}

		must[[]byte](t)(p.As(ops.Caller{}).GetMetrics(t.Context()))
	})
}

func TestNamesThatNoDatabaseKeeps(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for _, name := range []string{"nul\x00", "line\nbreak", "\xff\xfe", strings.Repeat("x", 256)} {
			_, err := p.As(ops.Caller{Username: name, Role: ops.RoleOps}).GetState(t.Context())
			wantCode(t, err, ops.CodeUnauthorized)
		}
	})
}

func TestDisabledUserIsRefused(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		must[ops.State](t)(p.As(dave).GetState(t.Context()))
		exec(t, p.db, `UPDATE users SET is_active = 0 WHERE username = 'dave'`)

		for name, call := range operations() {
			if err := call(t.Context(), p.As(dave)); err == nil {
				t.Errorf("%s by a disabled user went through", name)
			} else {
				wantCode(t, err, ops.CodeUserDisabled)
			}
		}

		_, err := p.InstancesAs(dave).ListInstances(t.Context(), ops.InstancesQuery{})
		wantCode(t, err, ops.CodeUserDisabled)
	})
}

func TestUnknownCallersAreAdded(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		for _, caller := range []struct{ username, email, kept string }{
			{"alice", "alice@example.com", "alice@example.com"},
			{"erin", "", "erin@users.invalid"},
			{"frank@example.com", "", "frank@example.com"},
			{"grace", "alice@example.com", "grace@users.invalid"},                         // the address is alice's
			{"alice@example.com", "alice@example.com", "alice@example.com@users.invalid"}, // and so is this one
			{"heidi", "nul\x00", "heidi@users.invalid"},
		} {
			as := p.InstancesAs(ops.Caller{Username: caller.username, Email: caller.email, Role: ops.RoleAnalyst})
			for range 2 {
				must[ops.InstancesPage](t)(as.ListInstances(t.Context(), ops.InstancesQuery{}))
			}

			var email string

			err := p.db.Read().QueryRowContext(t.Context(), `SELECT email FROM users WHERE username = $1`, caller.username).Scan(&email)
			if err != nil {
				t.Fatalf("%s was not added: %v", caller.username, err)
			}

			if email != caller.kept {
				t.Errorf("%s with the address %q was added with %q, want %q", caller.username, caller.email, email, caller.kept)
			}
		}
	})
}

func TestUnknownCallerAddedOnceByManyCalls(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		errs := make(chan error)

		for range 20 {
			go func() {
				_, err := p.As(dave).GetState(t.Context())
				errs <- err
			}()
		}

		for range 20 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestLastLoginIsWrittenSparingly(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		lastLogin := func() (at string) {
			t.Helper()
			must[ops.State](t)(p.As(dave).GetState(t.Context()))

			err := p.db.Read().QueryRowContext(t.Context(), `SELECT last_login_at FROM users WHERE username = 'dave'`).Scan(&at)
			if err != nil {
				t.Fatal(err)
			}

			return at
		}

		first := lastLogin()

		p.clock.Advance(59 * time.Minute)

		if got := lastLogin(); got != first {
			t.Errorf("written again after 59 minutes: %s, then %s", first, got)
		}

		p.clock.Advance(time.Minute)

		worldtest.Eventually(t, "it is written again after an hour", func() bool { return lastLogin() != first })
	})
}
