package controlplane

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/graph-olap/opsconsole/internal/store"
)

// countsAge is how old a count of rows may be. What was created or deleted through
// this process is always in it; what others do shows within the second.
const countsAge = time.Second

// countTimeout bounds the counting of all rows.
const countTimeout = 30 * time.Second

// recount counts the rows of tables that have no counters, once a second for all who
// ask. Admission does not ask here: it counts in its transaction.
type recount struct {
	db     *store.DB
	now    func() time.Time
	flight singleflight.Group

	mu    sync.Mutex
	known []count
	at    time.Time
	// age goes up when what is known is no longer true: what is being counted then is
	// for those who asked before.
	age int
}

func (r *recount) get(ctx context.Context) ([]count, error) {
	r.mu.Lock()
	known, age, since := r.known, r.age, r.now().Sub(r.at)
	r.mu.Unlock()

	if known != nil && since >= 0 && since < countsAge {
		return known, nil
	}

	flight := r.flight.DoChan(strconv.Itoa(age), func() (any, error) {
		// It is for others too, so it does not end with the request that began it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTimeout)
		defer cancel()

		return r.count(ctx, age)
	})

	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		known, _ := result.Val.([]count)

		return known, result.Err
	}
}

func (r *recount) count(ctx context.Context, age int) ([]count, error) {
	at, all := r.now(), []count{}
	if err := readCounts(ctx, r.db.Read(), countedAfresh, counted{}, func(c count) { all = append(all, c) }); err != nil {
		return nil, err
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	if age == r.age {
		r.known, r.at = all, at
	}

	return all, nil
}

// forget is called when this process has changed what is counted.
func (r *recount) forget() {
	if r == nil {
		return
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	r.known = nil
	r.age++
}
