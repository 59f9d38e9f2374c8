package trino_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
)

func lake(schema, table, column, dataType string, position int) trino.Entry {
	return trino.Entry{Catalog: `my "lake"`, Schema: schema, Table: table, Column: column, DataType: dataType, Position: position}
}

func wantEntries(t *testing.T, got []trino.Entry, want ...trino.Entry) {
	t.Helper()

	if !slices.Equal(got, want) {
		t.Errorf("entries\n%v, want\n%v", got, want)
	}
}

func TestCatalogs(t *testing.T) {
	t.Parallel()

	server := newDouble(t)
	server.busy.Store(2)
	server.rows["metadata.catalogs"] = [][]any{{"crm"}, {`my "lake"`}}

	names, err := server.client().Catalogs(t.Context())
	if want := []string{"crm", `my "lake"`}; err != nil || !slices.Equal(names, want) {
		t.Fatalf("catalogs %q, %v, want %q", names, err, want)
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()

	server := newDouble(t)
	server.rows[`"my ""lake""".information_schema.schemata`] = [][]any{{"empty"}, {"sales"}}
	// A table without columns is here alone; Trino says neither in order.
	server.rows[`"my ""lake""".information_schema.tables`] = [][]any{{"sales", "people"}, {"sales", "orders"}, {"sales", "bare"}}
	server.rows[`"my ""lake""".information_schema.columns`] = [][]any{
		{"sales", "people", "id", "uuid", 1},
		{"sales", "orders", "total", "decimal(12,2)", 2},
		{"sales", "late", "id", "bigint", 1},
		{"sales", "orders", "id", "bigint", 1},
	}

	entries, unread, err := server.client().Entries(t.Context(), `my "lake"`)
	if err != nil || len(unread) != 0 {
		t.Fatalf("got %v unread, %v, want all read", unread, err)
	}

	wantEntries(t, entries,
		lake("empty", "", "", "", 0), lake("sales", "", "", "", 0),
		lake("sales", "bare", "", "", 0),
		lake("sales", "late", "", "", 0), lake("sales", "late", "id", "bigint", 1),
		lake("sales", "orders", "", "", 0),
		lake("sales", "orders", "id", "bigint", 1), lake("sales", "orders", "total", "decimal(12,2)", 2),
		lake("sales", "people", "", "", 0), lake("sales", "people", "id", "uuid", 1),
	)
}

// Trino 476 fails tables and columns of a catalog for two names that differ by case, and
// the columns of their schema; the tables of that schema it lists.
func TestNamesThatDifferByCaseAlone(t *testing.T) {
	t.Parallel()

	duplicate := trino.QueryError{Name: "GENERIC_INTERNAL_ERROR", Message: "Multiple entries with same key: twin's.foo"}

	server := newDouble(t)
	server.rows["schemata"] = [][]any{{"good"}, {"twin's"}}
	server.rows["tables WHERE table_schema = 'good'"] = [][]any{{"good", "a"}}
	server.rows["tables WHERE table_schema = 'twin''s'"] = [][]any{{"twin's", "foo"}, {"twin's", "other"}}
	server.rows["columns WHERE table_schema = 'good'"] = [][]any{{"good", "a", "x", "integer", 1}}
	server.fails["tables WHERE table_schema <>"] = duplicate
	server.fails["columns WHERE table_schema <>"] = duplicate
	server.fails["columns WHERE table_schema = 'twin''s'"] = duplicate

	entries, unread, err := server.client().Entries(t.Context(), `my "lake"`)
	if err != nil {
		t.Fatal(err)
	}

	wantEntries(t, entries,
		lake("good", "", "", "", 0), lake("good", "a", "", "", 0), lake("good", "a", "x", "integer", 1),
		lake("twin's", "", "", "", 0), lake("twin's", "foo", "", "", 0), lake("twin's", "other", "", "", 0),
	)

	if len(unread) != 1 || unread[0].Schema != "twin's" || unread[0].Err.Error() != duplicate.Error() {
		t.Errorf("unread %v, want twin's for %v", unread, duplicate)
	}

	// A catalog of which nothing can be read has failed.
	server.fails["columns"] = duplicate

	_, _, err = server.client().Entries(t.Context(), `my "lake"`)
	if failed := new(trino.QueryError); !errors.As(err, &failed) {
		t.Errorf("got %v, want a failed query", err)
	}

	if want := fmt.Sprint("read the columns: ", duplicate.Error()); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestASchemaIsUnreadOnce(t *testing.T) {
	t.Parallel()

	broken := trino.QueryError{Name: "JDBC_ERROR", Message: "the connector does not answer"}

	server := newDouble(t)
	server.rows["schemata"] = [][]any{{"bad"}, {"good"}}
	server.rows["tables WHERE table_schema = 'good'"] = [][]any{{"good", "a"}}
	server.rows["columns WHERE table_schema = 'good'"] = [][]any{{"good", "a", "x", "integer", 1}}

	for _, statement := range []string{
		"tables WHERE table_schema <>", "tables WHERE table_schema = 'bad'", "columns WHERE table_schema <>", "columns WHERE table_schema = 'bad'",
	} {
		server.fails[statement] = broken
	}

	_, unread, err := server.client().Entries(t.Context(), "lake")
	if err != nil || len(unread) != 1 || unread[0].Schema != "bad" {
		t.Errorf("unread %v, %v, want bad once", unread, err)
	}
}

// What is wrong with Trino itself is not tried schema by schema.
func TestStartingFailsTheCatalog(t *testing.T) {
	t.Parallel()

	server := newDouble(t)
	server.rows["schemata"] = [][]any{{"good"}, {"better"}}
	server.fails["tables"] = trino.QueryError{Name: "SERVER_STARTING_UP", Message: "Trino server is still initializing"}

	if _, _, err := server.client().Entries(t.Context(), "lake"); !errors.Is(err, trino.ErrStarting) {
		t.Errorf("got %v, want %v", err, trino.ErrStarting)
	}

	if len(server.statements) != 2 {
		t.Errorf("asked %q, want two statements", server.statements)
	}
}
