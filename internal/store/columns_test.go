package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

type thing struct {
	id     int64
	name   string
	parent *int64
	at     time.Time
	ended  *time.Time
	tags   []string
}

func (t *thing) columns() store.Columns {
	return store.Columns{
		{Name: "name", Value: &t.name},
		{Name: "parent", Value: &t.parent},
		{Name: "at", Value: store.ZeroTime(&t.at)},
		{Name: "ended", Value: store.NullTime(&t.ended)},
		{Name: "tags", Value: store.JSON(&t.tags)},
	}
}

func (t *thing) withID() store.Columns {
	return append(store.Columns{{Name: "id", Value: &t.id}}, t.columns()...)
}

func TestOneListOfColumnsInsertsUpdatesAndReads(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		noon, parent := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), int64(7)
		empty := thing{name: "empty"}
		full := thing{name: "full", parent: &parent, at: noon, ended: &noon, tags: []string{"a", "b"}}

		err := db.Tx(t.Context(), func(tx *sql.Tx) (err error) {
			_, err = tx.ExecContext(t.Context(),
				`CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, parent BIGINT, at TEXT, ended TEXT, tags TEXT)`)
			if err != nil {
				return err
			}

			for id, one := range []*thing{&empty, &full} {
				one.id = int64(id + 1)

				if id, err := one.withID().Insert(t.Context(), tx, "things"); err != nil || id != one.id {
					t.Errorf("inserted as %d, %v, want %d", id, err, one.id)
				}
			}

			n, err := store.Columns{{Name: "name", Value: "renamed"}}.Update(t.Context(), tx, "things", "id = $1 AND name = $2", full.id, full.name)
			if err != nil || n != 1 {
				t.Errorf("updated %d, %v, want 1", n, err)
			}

			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		got, err := store.Select(t.Context(), db.Read(), "things", (*thing).withID, "WHERE id <= $1 ORDER BY id", full.id)
		if err != nil || len(got) != 2 {
			t.Fatalf("got %+v, %v, want two rows", got, err)
		}

		if one := got[0]; one.id != 1 || one.name != "empty" || one.parent != nil || !one.at.IsZero() || one.ended != nil || one.tags != nil {
			t.Errorf("got %+v, want the id 1, the name empty, and nothing else", one)
		}

		if one := got[1]; one.name != "renamed" || *one.parent != parent || !one.at.Equal(noon) || !one.ended.Equal(noon) || len(one.tags) != 2 {
			t.Errorf("got %+v, want it renamed, with the parent %d, both times %s, and two tags", one, parent, noon)
		}
	})
}
