package changes_test

import (
	"context"
	"sync"

	"github.com/graph-olap/opsconsole/ops"
)

// faulty is a control plane behind a bad line: a fault stands for a call before or
// after which it breaks.
type faulty struct {
	ops.Service

	mu     sync.Mutex
	before error // the call is not made
	after  error // the call is made, its answer is lost
	read   error
}

func (f *faulty) fail(before, after, read error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.before, f.after, f.read = before, after, read
}

func (f *faulty) faults() (before, after, read error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.before, f.after, f.read
}

func (f *faulty) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	if _, _, read := f.faults(); read != nil {
		return ops.ConcurrencyConfig{}, read
	}

	return f.Service.GetConcurrencyConfig(ctx)
}

func (f *faulty) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	before, after, _ := f.faults()
	if before != nil {
		return ops.ConcurrencyConfig{}, before
	}

	config, err := f.Service.UpdateConcurrencyConfig(ctx, u)

	if after != nil {
		return ops.ConcurrencyConfig{}, after
	}

	return config, err
}

func lost() error {
	return ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
}

func down() error { return ops.Unavailable(ops.ServiceControlPlane, "connection refused") }
