package health

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/internal/latency"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	timeoutDefault = 2 * time.Second
	keepFor        = time.Second
)

// Config says what is probed. DB, Now and Logger are required.
type Config struct {
	DB *store.DB
	// Kubernetes comes from [KubernetesConfig]; nil is not configured.
	Kubernetes *rest.Config
	// Starburst is nil when it is not configured.
	Starburst *trino.Client
	// SlowAfter is the latency above which a component is slow, by the component's
	// name; [latency.SlowAfter] for one that is not named.
	SlowAfter map[string]time.Duration
	// Timeout is how long a probe may take; 2 s when it is 0.
	Timeout time.Duration
	// Remarks are what is to be told with components, by their name; nil for nothing.
	Remarks func() map[string]Remark
	Now     func() time.Time
	Logger  *slog.Logger
}

// Remark is told with a component that was probed: an error, with which the platform is degraded, and
// a note, which is nothing wrong. Each is a sentence, or "".
type Remark struct{ Error, Note string }

// Checker probes the components.
type Checker struct {
	components []*component
	database   *component
	remarks    func() map[string]Remark
}

// New returns a checker, or an error that says which setting is wrong.
func New(cfg Config) (*Checker, error) {
	kubernetes, err := kubernetesProbe(cfg.Kubernetes)
	if err != nil {
		return nil, err
	}

	for name := range cfg.SlowAfter {
		if name != ops.ComponentDatabase && name != ops.ComponentKubernetes && name != ops.ComponentStarburst {
			return nil, fmt.Errorf("--slow-after names the component %q; the components are database, kubernetes and starburst", name)
		}
	}

	newComponent := func(name string, probe probe) *component {
		slowAfter, ok := cfg.SlowAfter[name]
		if !ok {
			slowAfter = latency.SlowAfter
		}

		return &component{
			name: name, probe: probe, timeout: cmp.Or(cfg.Timeout, timeoutDefault), slowAfter: slowAfter, now: cfg.Now, logger: cfg.Logger,
		}
	}

	database := newComponent(ops.ComponentDatabase, databaseProbe(cfg.DB))
	catalog := newComponent(ops.ComponentStarburst, notConfigured)

	if cfg.Starburst != nil {
		probed := &starburst{client: cfg.Starburst, now: cfg.Now}
		catalog.probe, catalog.proof = probed.probe, probed.proof
	}

	remarks := cfg.Remarks
	if remarks == nil {
		remarks = func() map[string]Remark { return nil }
	}

	return &Checker{
		database: database, remarks: remarks,
		components: []*component{
			database,
			newComponent(ops.ComponentKubernetes, kubernetes),
			catalog,
		},
	}, nil
}

// on adds the remark; what the probe has against the component comes first.
func (r Remark) on(c ops.Component) ops.Component {
	c.Note = r.Note

	if r.Error != "" && c.Error == nil {
		c.Error = &r.Error
	}

	return c
}

// Check returns how every component does, at most a second old. It fails only when
// the caller's context ends first.
func (c *Checker) Check(ctx context.Context) (ops.Health, error) {
	results := make([]result, len(c.components))
	errs := make([]error, len(c.components))

	var wg sync.WaitGroup
	for i, component := range c.components {
		wg.Go(func() { results[i], errs[i] = component.check(ctx) })
	}

	wg.Wait()

	health := ops.Health{Status: ops.Healthy, Components: map[string]ops.Component{}}
	remarks := c.remarks()

	for i, component := range c.components {
		if errs[i] != nil {
			return ops.Health{}, errs[i]
		}

		found := remarks[component.name].on(results[i].component)
		health.Components[component.name] = found

		if i == 0 || results[i].at.Before(health.CheckedAt.Time) {
			health.CheckedAt = ops.At(results[i].at)
		}

		// One that is connected has an error too where it does only half of what it is for.
		if found.Error != nil {
			health.Status = ops.Degraded
		}
	}

	if health.Components[ops.ComponentDatabase].Status == ops.ComponentUnreachable {
		health.Status = ops.Unhealthy
	}

	return health, nil
}

// DatabaseAnswers reports whether the database could be reached within the last
// second. It does not wait for the other components.
func (c *Checker) DatabaseAnswers(ctx context.Context) bool {
	found, err := c.database.check(ctx)

	return err == nil && found.component.Status != ops.ComponentUnreachable
}
