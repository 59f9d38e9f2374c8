package find

import (
	"context"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	// together is how many searches there are at a time: those of thirty tabs leave the database to others.
	together = 3
	// patience is how long one waits for its turn.
	patience = 2 * time.Second
)

// turns bounds how many search at a time. The zero value is ready for use.
type turns struct {
	once sync.Once
	free chan struct{}
}

// take waits for a turn, which leave ends; RATE_LIMIT_EXCEEDED where there are too many before.
func (t *turns) take(ctx context.Context) (leave func(), err error) {
	t.once.Do(func() { t.free = make(chan struct{}, together) })

	timer := time.NewTimer(patience)
	defer timer.Stop()

	select {
	case t.free <- struct{}{}:
		return func() { <-t.free }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, &ops.Error{Code: ops.CodeRateLimitExceeded, Message: "Too many searches are running. Try again in a moment."}
	}
}
