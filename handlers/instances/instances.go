// Package instances lists the graph instances of analysts, and terminates, suspends, resumes and
// extends them.
package instances

import (
	"context"
	"net/url"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
)

// Handlers answers the pages of the instances.
type Handlers struct {
	web.Frame

	Platform ops.InstancesPlatform
	// ResumesForOwner says that the control plane counts what is resumed against the limit of its
	// owner, and not of who asks.
	ResumesForOwner bool
	Acts            Acts
	Config          Config
	Monitor         Monitor
	Newest          *acts.Newest
	PublicURL       *url.URL

	lacks lacks
}

// Acts does something to instances.
type Acts interface {
	Do(ctx context.Context, service ops.Instances, actor audit.Actor, request acts.Request, subject ops.Instance) (*ops.Instance, error)
	TerminateAll(
		ctx context.Context, service ops.Instances, actor audit.Actor, reason string, subjects []ops.Instance,
	) (acts.Several, error)
	Refuse(ctx context.Context, actor audit.Actor, act acts.Act, object, reason string, cause error) error
	Again(ctx context.Context, intent audit.Entry) error
	Several(ctx context.Context, seq int64) (acts.Several, error)
}

// Config knows how long instances may live.
type Config interface {
	// LongestInstance is the longest time to live that is allowed, "" where none is known.
	LongestInstance(ctx context.Context) string
}

// Monitor is asked to look once something was done.
type Monitor interface{ Wake() }
