package opstest

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Subject is a platform that nobody has used yet.
type Subject struct {
	Platform  ops.Platform
	Instances ops.InstancesPlatform
	// MappingID is a mapping whose only version, 1, defines one node and one edge, so
	// that the first instance of it makes two export jobs. It has no snapshot yet.
	MappingID int64
	// Advance moves the platform's clock, which stands still otherwise.
	Advance func(d time.Duration)
	// Become puts an instance that has no pod into a state, as the platform's own workers would.
	Become func(t *testing.T, id int64, status ops.InstanceStatus)
}

// Run tests the platforms that fresh makes, one for each test, in parallel.
func Run(t *testing.T, fresh func(t *testing.T) Subject) {
	t.Helper()

	for _, test := range []struct {
		name string
		run  func(t *testing.T, s Subject)
	}{
		{"A new platform", testDefaults},
		{"Roles", testRoles},
		{"Callers without an identity", testIdentities},
		{"A disallowed call changes nothing", testRefusedWrites},
		{"Concurrency limits", testConcurrency},
		{"Export limits", testExport},
		{"Maintenance mode", testMaintenanceMode},
		{"Lifecycle", testLifecycle},
		{"Lifecycle, refused", testLifecycleRefused},
		{"Job status", testJobStatus},
		{"Triggers", testTriggers},
		{"Triggers, refused", testTriggersRefused},
		{"Triggers at the same time", testTriggerRace},
		{"Health", testHealth},
		{"Metrics", testMetrics},
		{"Creating an instance", testCreateInstance},
		{"Creating an instance, refused", testCreateRefused},
		{"Listing instances", testListInstances},
		{"Deleting instances", testDeleteInstance},
		{"Suspending and resuming instances", testSuspendInstance},
		{"Resuming counts against limits", testResumeLimits},
		{"Resuming under a race", testResumeRace},
		{"How long an instance lives", testInstanceLifecycle},
		{"Events of an instance", testInstanceEvents},
		{"Instances in maintenance", testMaintenance},
		{"Limits on instances", testLimits},
		{"Limits under a race", testLimitRace},
		{"Counts", testCounts},
		{"Export jobs", testExportJobs},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()

			s := fresh(t)
			if s.Platform == nil || s.Instances == nil || s.MappingID == 0 || s.Advance == nil || s.Become == nil {
				t.Fatal("the subject is incomplete")
			}

			test.run(t, s)
		})
	}
}

// The callers.
func alice() ops.Caller { return caller("alice", ops.RoleAnalyst) }
func bob() ops.Caller   { return caller("bob", ops.RoleAnalyst) }
func carol() ops.Caller { return caller("carol", ops.RoleAdmin) }
func dave() ops.Caller  { return caller("dave", ops.RoleOps) }

func caller(name string, role ops.Role) ops.Caller {
	return ops.Caller{Username: name, Email: name + "@example.com", Role: role}
}

func (s Subject) ops() ops.Service { return s.Platform.As(dave()) }

// must returns the value of a call that has to succeed.
func must[T any](t *testing.T) func(value T, err error) T {
	t.Helper()

	return func(value T, err error) T {
		t.Helper()

		if err != nil {
			t.Fatal(err)
		}

		return value
	}
}

// same compares what is got with what is wanted.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()

	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %s, want %s", what, show(got), show(want))
	}
}

func show(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}

	return string(out)
}

// refused wants an error with the code, of a call that certainly did nothing.
func refused(t *testing.T, err error, code ops.Code) {
	t.Helper()
	_ = refusal(t, err, code)
}

// refusal is refused, and returns the error.
func refusal(t *testing.T, err error, code ops.Code) *ops.Error {
	t.Helper()

	var e *ops.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}

	if e.Message == "" {
		t.Errorf("%s has no message", code)
	}

	if !ops.NotDone(err) {
		t.Errorf("%v leaves open whether it was carried out", err)
	}

	return e
}

// detail wants details that read so as JSON, whatever types they have in Go.
func detail(t *testing.T, e *ops.Error, want map[string]any) {
	t.Helper()
	same(t, "details of "+e.Error(), show(e.Details), show(want))
}

// invalid wants a VALIDATION_FAILED that names exactly these fields.
func invalid(t *testing.T, err error, fields ...string) {
	t.Helper()
	refused(t, err, ops.CodeValidationFailed)

	found := ops.FieldErrors(err)
	got := make([]string, len(found))

	for i, field := range found {
		got[i] = field.Field

		if field.Message == "" || field.Type == "" {
			t.Errorf("%s: %s lacks a message or a type", err, field.Field)
		}
	}

	slices.Sort(got)
	slices.Sort(fields)
	same(t, "fields of "+err.Error(), strings.Join(got, " "), strings.Join(fields, " "))
}
