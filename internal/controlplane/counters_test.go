package controlplane_test

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

// Analysts come and go while jobs move their instances on, all at the same time.
func TestCountersFollowTheRowsInEveryRace(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const (
			workers = 8
			rounds  = 25
		)

		prepare(t, db)
		seed(t, db, workers, 70, 50)

		p := open(t, db)
		statuses := ops.InstanceStatuses()

		must[ops.ConcurrencyConfig](t)(p.As(dave).UpdateConcurrencyConfig(t.Context(),
			opstest.Limits(20, 100)))

		var wg sync.WaitGroup
		for worker := range workers {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(worker))) //nolint:gosec // the same numbers every time
				as := p.InstancesAs(ops.Caller{Username: "analyst-" + itoa(worker), Role: ops.RoleAdmin})

				for range rounds {
					id := random.Int64N(100)

					r := request()
					r.MappingID = int64(worker + 1)
					_, err := as.CreateInstance(t.Context(), r)

					err = errors.Join(unless(err, ops.CodeConcurrencyLimitExceeded),
						unless(as.DeleteInstance(t.Context(), id), ops.CodeNotFound),
						db.Tx(t.Context(), func(tx *sql.Tx) error {
							_, err := tx.ExecContext(t.Context(), `UPDATE instances SET status = $1 WHERE id % 10 = $2`,
								statuses[random.IntN(len(statuses))], id%10)

							return err
						}))
					if err != nil {
						t.Error(err)
					}
				}
			})
		}

		wg.Wait()
		checkCounters(t, db, "a race")
	})
}

// unless is nil for the error with the code.
func unless(err error, code ops.Code) error {
	if e := ops.AsError(err); e != nil && e.Code == code {
		return nil
	}

	return err
}
