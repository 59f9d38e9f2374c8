package changes_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/graph-olap/opsconsole/ops"
)

// unreliable is a control plane whose every call may break, before or after it acts, or
// take the console with it.
type unreliable struct {
	ops.Service

	mu     sync.Mutex // sections are read side by side
	random *rand.Rand
	// bad is the chance of a fault in a call, 0 to 1.
	bad float64
	// adrift are writes that were not answered and that may arrive at any time.
	adrift []func() error
	// onRead is done while the next reading is under way, nil for nothing.
	onRead func()
}

var errKilled = errors.New("killed")

// call makes a call over the bad line.
func call[T any](u *unreliable, write bool, act func() (T, error)) (T, error) {
	var none T

	if do := u.takeOnRead(write); do != nil {
		do()
	}

	bad, fault := u.dice()
	if !bad {
		return act()
	}

	switch fault {
	case 0:
		return none, down()
	case 1:
		if write { // one at a time
			u.adrift = append(u.adrift, func() error {
				_, err := act()

				return err
			})
		}

		return none, lost()
	case 2:
		if write {
			panic(errKilled)
		}

		return none, lost()
	case 3:
		_, _ = act()

		if write {
			panic(errKilled)
		}

		return none, lost()
	default:
		_, _ = act()

		return none, lost()
	}
}

func (u *unreliable) takeOnRead(write bool) func() {
	u.mu.Lock()
	defer u.mu.Unlock()

	do := u.onRead
	if !write {
		u.onRead = nil

		return do
	}

	return nil
}

// dice says whether a call breaks, and by which of five faults.
func (u *unreliable) dice() (bad bool, fault int) {
	const faults = 5

	u.mu.Lock()
	defer u.mu.Unlock()

	if u.random.Float64() >= u.bad {
		return false, 0
	}

	return true, u.random.IntN(faults)
}

func (u *unreliable) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return call(u, false, func() (ops.ConcurrencyConfig, error) { return u.Service.GetConcurrencyConfig(ctx) })
}

func (u *unreliable) UpdateConcurrencyConfig(ctx context.Context, v ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	return call(u, true, func() (ops.ConcurrencyConfig, error) {
		return u.Service.UpdateConcurrencyConfig(context.WithoutCancel(ctx), v)
	})
}

func (u *unreliable) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return call(u, false, func() (ops.ExportConfig, error) { return u.Service.GetExportConfig(ctx) })
}

func (u *unreliable) UpdateExportConfig(ctx context.Context, v ops.ExportUpdate) (ops.ExportConfig, error) {
	return call(u, true, func() (ops.ExportConfig, error) { return u.Service.UpdateExportConfig(context.WithoutCancel(ctx), v) })
}

func (u *unreliable) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return call(u, false, func() (ops.LifecycleConfig, error) { return u.Service.GetLifecycleConfig(ctx) })
}

func (u *unreliable) UpdateLifecycleConfig(ctx context.Context, v ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	return call(u, true, func() (ops.LifecycleUpdated, error) {
		return u.Service.UpdateLifecycleConfig(context.WithoutCancel(ctx), v)
	})
}

func (u *unreliable) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return call(u, false, func() (ops.MaintenanceMode, error) { return u.Service.GetMaintenanceMode(ctx) })
}

func (u *unreliable) SetMaintenanceMode(ctx context.Context, v ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	return call(u, true, func() (ops.MaintenanceMode, error) {
		return u.Service.SetMaintenanceMode(context.WithoutCancel(ctx), v)
	})
}
