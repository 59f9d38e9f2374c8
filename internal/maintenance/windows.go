package maintenance

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// Config is what [Windows] work with.
type Config struct {
	DB      *store.DB
	Changes *changes.Changes
	Audit   *audit.Log
	// Now is the clock.
	Now    func() time.Time
	Logger *slog.Logger
	// Health reads the platform's health; nil asks the control plane.
	Health func(ctx context.Context, service ops.Service) (ops.Health, error)
	// AuthorStillOps says whether somebody who left a window behind still has the Ops role.
	AuthorStillOps func(ctx context.Context, username string) (bool, error)
	// Outbox hears of every event, in its transaction; nil is nobody.
	Outbox Notifier
	// Alerts says how windows silence alerts.
	Alerts Alerts
	// OnChange is called after what pages show of the windows was written; nil is nobody.
	OnChange func()
	// Zones are the rules of the zones; nil is those of the process.
	Zones *zoneinfo.Database
}

// Windows keeps the windows.
type Windows struct {
	Config

	// swept is when it was last looked for what a window left behind.
	swept atomic.Pointer[time.Time]
}

// New returns the windows kept in the database.
func New(c Config) *Windows {
	if c.Health == nil {
		c.Health = func(ctx context.Context, service ops.Service) (ops.Health, error) {
			return service.GetClusterHealth(ctx)
		}
	}

	if c.OnChange == nil {
		c.OnChange = func() {}
	}

	return &Windows{Config: c}
}
