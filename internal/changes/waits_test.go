package changes_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// waiting is a control plane that notes how long what it commits waits for the disk, once it is to change something.
type waiting struct {
	ops.Service

	db    *store.DB
	waits []string // PRAGMA synchronous of the change and of each look after it
}

func (s *waiting) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	s.waits = []string{}
	if err := s.note(ctx); err != nil {
		return ops.ConcurrencyConfig{}, err
	}

	return s.Service.UpdateConcurrencyConfig(ctx, u)
}

func (s *waiting) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if s.waits != nil {
		if err := s.note(ctx); err != nil {
			return ops.ConcurrencyConfig{}, err
		}
	}

	return s.Service.GetConcurrencyConfig(ctx)
}

func (s *waiting) note(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		var synchronous string

		err := tx.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous)
		s.waits = append(s.waits, synchronous)

		return err
	})
}

// TestOnlyTheCallWaitsForNoDisk holds that what comes after the call, of which somebody is told, does.
func TestOnlyTheCallWaitsForNoDisk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		if w.db.Dialect() != store.SQLite { // The server of tests waits for no disk in any case.
			return
		}

		const normal, full = "1", "2"

		service := &waiting{Service: w.plain, db: w.db}

		result, err := w.Apply(t.Context(), service, dave, request(w.current(t).Revision, 7))
		if err != nil || result.Change.Outcome != changes.Applied {
			t.Fatalf("got %+v, %v, want it applied", result, err)
		}

		if want := []string{normal, full}; !slices.Equal(service.waits, want) {
			t.Errorf("got %v, want %v: of the call, and of what follows", service.waits, want)
		}
	})
}
