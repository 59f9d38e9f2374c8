package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestANewerSchemaIsRefused on both databases, in a sentence, and with nothing changed.
func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		if _, err := db.Write().ExecContext(t.Context(),
			`INSERT INTO opsconsole_migrations (version_id, is_applied) VALUES (99999, true)`); err != nil {
			t.Fatal(err)
		}

		err := db.Migrate(t.Context())

		newer, ok := errors.AsType[*store.NewerError](err)
		if !ok || newer.Has != 99999 || newer.Known < 156 || !strings.Contains(err.Error(), "newer version of opsconsole") {
			t.Errorf("got %v, want that a newer version has migrated it to 99999", err)
		}
	})
}
