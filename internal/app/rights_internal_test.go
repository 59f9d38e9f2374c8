package app

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// documented are the blocks of SQL in docs/databases.md, of a user with another name.
func documented(t *testing.T, user string) (blocks []string) {
	t.Helper()

	text, err := os.ReadFile("../../docs/databases.md")
	if err != nil {
		t.Fatal(err)
	}

	for _, rest := range strings.Split(string(text), "```sql\n")[1:] {
		block, _, _ := strings.Cut(rest, "```")
		blocks = append(blocks, strings.ReplaceAll(block, "ops_console", user))
	}

	return blocks
}

// TestTheRightsThatAreDocumentedAreEnough for the first start and the next, and for all that writes.
func TestTheRightsThatAreDocumentedAreEnough(t *testing.T) {
	t.Parallel()

	for name, platform := range map[string]bool{"own tables": false, "a platform's": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			address := storetest.EmptyPostgresURL(t)
			admin := openPlain(t, address)
			user := "test_" + strings.ToLower(ulid.Make().String())
			sql := documented(t, user)

			t.Cleanup(func() {
				if _, err := admin.Write().Exec(`DROP OWNED BY ` + user + ` CASCADE; DROP ROLE ` + user); err != nil {
					t.Error(err)
				}
			})

			statements := sql[0]
			if platform {
				statements += worldtest.PlatformTables + worldtest.PlatformRows + forEveryJob + sql[1]
			}

			if _, err := admin.Write().ExecContext(t.Context(), statements); err != nil {
				t.Fatal(err)
			}

			parsed, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}

			// As its own password would have it be.
			query := parsed.Query()
			query.Set("role", user)
			query.Set("search_path", "opsconsole,public")
			parsed.RawQuery = query.Encode()

			a, p, err := replica(t, parsed.String(), "--simulate-instances")
			if err != nil {
				t.Fatalf("the first start: %v", err)
			}

			everyJobRuns(t, a)

			if platform {
				createAndDelete(t, p)
			}

			if _, _, err := replica(t, parsed.String()); err != nil {
				t.Errorf("the next start: %v", err)
			}
		})
	}
}

// createAndDelete writes what callers ask for.
func createAndDelete(t *testing.T, p platform) {
	t.Helper()

	plane, ok := p.Platform.(*controlplane.ControlPlane)
	if !ok {
		t.Fatalf("the platform is %T, want *controlplane.ControlPlane", p.Platform)
	}

	frank := plane.InstancesAs(ops.Caller{Username: "frank", Role: ops.RoleAnalyst})

	created, err := frank.CreateInstance(t.Context(), ops.InstanceRequest{MappingID: 1, WrapperType: "ryugraph", Name: "Fraud"})
	if err != nil {
		t.Fatal(err)
	}

	if err := frank.DeleteInstance(t.Context(), created.ID); err != nil {
		t.Error(err)
	}

	dave := p.As(ops.Caller{Username: "dave", Role: ops.RoleOps})
	if _, err := dave.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: "soon"}); err != nil {
		t.Error(err)
	}
}
