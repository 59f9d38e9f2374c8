package app

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/controlplane"
	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
)

// embeddedPlatform is the control plane inside this program. Its jobs run in the
// background, its REST API is a site of its own.
func (a *App) embeddedPlatform(ctx context.Context, cfg config.Embedded, tokens *auth.Tokens) (*controlplane.ControlPlane, error) {
	if err := controlplane.Prepare(ctx, a.db); err != nil {
		return nil, err
	}

	registry := prometheus.NewRegistry()
	if err := registry.Register(controlplane.NewDatabaseConnections(a.db)); err != nil {
		return nil, err
	}

	cluster, err := clusterConfig(cfg.Kubernetes)
	if err != nil {
		return nil, err
	}

	catalog, err := catalogClient(cfg.Starburst)
	if err != nil {
		return nil, err
	}

	adopted, err := controlplane.IsAdopted(ctx, a.db)
	if err != nil {
		return nil, err
	}

	watchOnly := adopted && cluster == nil && !cfg.SimulateInstances

	runner, err := a.jobRunner(ctx, cfg, cluster, catalog, registry, watchOnly)
	if err != nil {
		return nil, err
	}

	checker, err := health.New(health.Config{
		DB: a.db, Kubernetes: cluster, Starburst: catalog, SlowAfter: cfg.SlowAfter, Now: now, Logger: a.logger,
		Remarks: a.watchPlatform(adopted, watchOnly),
	})
	if err != nil {
		return nil, err
	}

	plane, err := controlplane.New(ctx, controlplane.Config{
		DB: a.db, Now: now, Logger: a.logger, Health: checker, Jobs: runner, Metrics: registry, Version: ReadVersion().Version,
		WatchOnly: watchOnly,
	})
	if err != nil {
		return nil, err
	}

	api, err := a.api(cfg, plane, tokens)
	if err != nil {
		return nil, err
	}

	a.families = append(a.families, jobqueue.ControlPlaneJobs(runner, now, a.logger))
	a.sites = append(a.sites, site{cfg.Addr, "--api-addr", api})

	return plane, nil
}

// inside is the embedded control plane as what is administered.
func (a *App) inside(plane *controlplane.ControlPlane, cfg config.Embedded) platform {
	return platform{
		Platform: plane, InstancesPlatform: plane, embedded: true, caller: asConsole,
		runs: runs.NewRecorded(a.db, now), schedule: schedule(cfg),
	}
}

// jobRunner gives the jobs what is configured; what is not, they report as skipped.
func (a *App) jobRunner(
	ctx context.Context, cfg config.Embedded, cluster *rest.Config, catalog *trino.Client, registry *prometheus.Registry, watchOnly bool,
) (*jobs.Runner, error) {
	jobsConfig := jobs.Config{
		DB: a.db, Now: now, Logger: a.logger, Enqueuer: a.enqueuer, Registry: registry, Schedule: schedule(cfg),
		WatchOnly: watchOnly,
	}

	if err := a.instanceRuntime(cfg, cluster, &jobsConfig); err != nil {
		return nil, err
	}

	if catalog != nil {
		jobsConfig.Catalog = catalog
	}

	return jobs.New(ctx, jobsConfig)
}

// schedule is the contract's, but for what is configured.
func schedule(cfg config.Embedded) jobs.Schedule {
	schedule := jobs.DefaultSchedule()
	for name, interval := range cfg.JobSchedule {
		schedule[ops.JobName(name)] = interval
	}

	return schedule
}

// watchPlatform has operators told what there is to know of a platform's own tables.
func (a *App) watchPlatform(adopted, only bool) func() map[string]health.Remark {
	if !adopted {
		return nil
	}

	if only {
		a.logger.Warn("the tables belong to a platform and no cluster is configured, so they are only watched and no job changes them; " +
			"configure the cluster with --kubeconfig or --kubernetes-in-cluster, or see --simulate-instances")
	}

	watch := controlplane.NewWatch(a.db, now, a.logger, only)
	a.background = append(a.background, every(controlplane.WatchEvery, a.logger, "the platform's own tables", watch.Look))

	return watch.Remarks
}

// instanceRuntime makes instances run: as pods of the cluster, or, where there is none,
// in name; nothing does where the tables are only watched.
func (a *App) instanceRuntime(cfg config.Embedded, cluster *rest.Config, jobsConfig *jobs.Config) error {
	if jobsConfig.WatchOnly {
		return nil
	}

	if cluster == nil {
		runtime := jobs.NewRuntime(a.db, now, a.logger)
		jobsConfig.Memory = runtime
		a.background = append(a.background, runtime.Run)

		return nil
	}

	pods, err := kube.New(kube.Config{
		REST: cluster, Namespace: cfg.Kubernetes.Namespace, Selector: cfg.Kubernetes.Selector, Labels: cfg.Kubernetes.Labels,
		Images: cfg.Kubernetes.Images, Requests: cfg.Kubernetes.Requests, Limits: cfg.Kubernetes.Limits, Logger: a.logger,
	})
	if err != nil {
		return err
	}

	jobsConfig.Cluster, jobsConfig.Memory = pods, pods
	a.background = append(a.background, jobs.NewPodRuntime(a.db, now, a.logger, pods).Run)

	return nil
}

func clusterConfig(cfg *config.Kubernetes) (*rest.Config, error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // no cluster is configured
	}

	return health.KubernetesConfig(cfg.Kubeconfig)
}

// catalogClient is nil when no Starburst is configured.
func catalogClient(cfg *config.Starburst) (*trino.Client, error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // no Starburst is configured
	}

	return trino.New(trino.Config{URL: cfg.URL.String(), User: cfg.User, Password: string(cfg.Password)})
}

// api is the control plane's REST API.
func (a *App) api(cfg config.Embedded, plane *controlplane.ControlPlane, tokens *auth.Tokens) (http.Handler, error) {
	authenticator := opsapi.Authenticator{
		HeaderNetworks: cfg.TrustIdentityHeaders, DirectHeaders: cfg.DirectIdentityHeaders, InternalKey: string(cfg.InternalAPIKey),
	}
	if tokens != nil {
		authenticator.Bearer = tokens
	}

	return opsapi.New(opsapi.Config{
		Platform: plane, Instances: plane, Probes: leavingProbes{plane, a.leave}, Authenticate: authenticator, PublicURL: cfg.PublicURL,
		DataVersion: plane.DataVersion, Explain: database.ExplainPlatform,
		Logger: a.logger, Answered: a.answered(metrics.API), Trace: a.trace,
	})
}

// loopback is this machine.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}
