package store_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAnIndexIsBuiltBesideAReplicaThatWaits has two replicas start at once, the one migrating while the other
// waits: CREATE INDEX CONCURRENTLY waits for every transaction that may see the table.
func TestAnIndexIsBuiltBesideAReplicaThatWaits(t *testing.T) {
	t.Parallel()

	address := storetest.EmptyPostgresURL(t)
	migrations := withIndexBuiltBeside(t)

	const replicas = 2

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()

	ended := make(chan error, replicas)

	for range replicas {
		db := openWithin(t, address, brief())

		go func() { ended <- store.MigrateTo(db, ctx, migrations) }()
	}

	for range replicas {
		if err := <-ended; err != nil {
			t.Errorf("a replica's migration ends with %v, want nil", err)
		}
	}

	if !isBuilt(t, openWithin(t, address, brief())) {
		t.Error("the index is not there")
	}
}

// TestAnIndexThatIsHalfBuiltIsBuiltAgain leaves one as a process that is killed does: it has the name, and is not used.
func TestAnIndexThatIsHalfBuiltIsBuiltAgain(t *testing.T) {
	t.Parallel()

	db := openWithin(t, storetest.PostgresURL(t), brief())

	if err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `LOCK TABLE opsconsole_probes IN ROW EXCLUSIVE MODE`); err != nil {
			return err
		}

		if _, err := db.Write().ExecContext(t.Context(), buildBeside); err == nil {
			t.Error("the index is built beside a writer that it waits for")
		}

		return nil
	}); err != nil {
		t.Fatal(err)
	}

	if isBuilt(t, db) {
		t.Fatal("the index is whole")
	}

	if err := store.MigrateTo(db, t.Context(), withIndexBuiltBeside(t)); err != nil || !isBuilt(t, db) {
		t.Errorf("the next start ends with %v and an index that is not whole", err)
	}
}

const buildBeside = `CREATE INDEX CONCURRENTLY opsconsole_built_beside ON opsconsole_probes (id)`

// isBuilt reports whether the index is there and whole.
func isBuilt(t *testing.T, db *store.DB) (valid bool) {
	t.Helper()

	if err := db.Read().QueryRowContext(t.Context(),
		`SELECT indisvalid FROM pg_index WHERE indexrelid = 'opsconsole_built_beside'::regclass`).Scan(&valid); err != nil {
		t.Fatal(err)
	}

	return valid
}

// withIndexBuiltBeside are the migrations and one more, which builds an index.
func withIndexBuiltBeside(t *testing.T) fs.FS {
	t.Helper()

	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("migrations/postgres")); err != nil {
		t.Fatal(err)
	}

	const text = `-- +goose NO TRANSACTION
-- +goose Up
DROP INDEX CONCURRENTLY IF EXISTS opsconsole_built_beside;
` + buildBeside + `;
-- +goose Down
DROP INDEX opsconsole_built_beside;
`

	if err := os.WriteFile(filepath.Join(dir, "99999_built_beside.sql"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return os.DirFS(dir)
}

// TestIndexesAreBuiltBesideInOneWay: outside of a transaction, and what was left half-way is dropped first. IF NOT EXISTS
// would take it for the index.
func TestIndexesAreBuiltBesideInOneWay(t *testing.T) {
	t.Parallel()

	const whole = "-- +goose NO TRANSACTION\n-- +goose Up\nDROP INDEX CONCURRENTLY IF EXISTS a;\nCREATE INDEX CONCURRENTLY a ON b (c);\n"

	for migration, right := range map[string]bool{
		whole: true,
		whole + strings.ReplaceAll(whole, " a", " d"):                 true,
		strings.Replace(whole, "NO TRANSACTION", "", 1):               false,
		strings.Replace(whole, "DROP INDEX CONCURRENTLY", "--", 1):    false,
		strings.Replace(whole, "EXISTS a", "EXISTS d", 1):             false,
		strings.Replace(whole, "LY a ON", "LY IF NOT EXISTS a ON", 1): false,
		whole + "DELETE FROM b;\n":                                    false,
	} {
		if buildsBesideRightly(migration) != right {
			t.Errorf("right: %v, want %v:\n%s", !right, right, migration)
		}
	}

	files, err := filepath.Glob("migrations/postgres/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		if !buildsBesideRightly(string(text)) {
			t.Errorf("%s: an index is built CONCURRENTLY in a migration with NO TRANSACTION and nothing else in it, each after "+
				"DROP INDEX CONCURRENTLY IF EXISTS with its name", file)
		}
	}
}

var (
	buildsBeside = regexp.MustCompile(`^CREATE INDEX CONCURRENTLY ([a-z0-9_]+) ON `)
	besideAtAll  = regexp.MustCompile(`CREATE (UNIQUE )?INDEX CONCURRENTLY`)
)

func buildsBesideRightly(migration string) bool {
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	if !besideAtAll.MatchString(up) {
		return true
	}

	dropped := ""

	for _, statement := range statements(up) {
		built := buildsBeside.FindStringSubmatch(statement)
		name, drops := strings.CutPrefix(statement, "DROP INDEX CONCURRENTLY IF EXISTS ")

		switch {
		case drops:
			dropped = name
		case built != nil && built[1] == dropped, statement == "":
		default:
			return false
		}
	}

	return strings.Contains(up, "-- +goose NO TRANSACTION")
}
