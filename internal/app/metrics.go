package app

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/audit/anchor"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/metrics"
)

// answered is who is told of the requests on a listener: nobody, where there are no metrics.
func (a *App) answered(listener string) func(method, route string, status int, took time.Duration) {
	if a.requests == nil {
		return nil
	}

	return a.requests.On(listener)
}

// measure serves this console's own metrics, where they are wanted.
func (a *App) measure(config metrics.Config) error {
	if a.requests == nil {
		return nil
	}

	build := ReadVersion()
	config.Build = metrics.Build{Version: build.Version, Commit: build.Commit, Go: build.Go}
	config.DB, config.Requests, config.Now, config.Logger = a.db, a.requests, now, a.logger

	own, err := metrics.New(config)
	if err != nil {
		return err
	}

	a.sites = append(a.sites, site{a.config.MetricsAddr, "--metrics-addr", own})
	a.background = append(a.background, every(metrics.LookEvery, a.logger, "what the metrics tell of the database", own.Look))

	return nil
}

// chainOf is what the metrics tell of the audit log.
func chainOf(log *audit.Log, heads *anchor.Sender) metrics.Chain {
	return func() metrics.ChainState {
		state := log.State()
		out := metrics.ChainState{VerifiedAt: state.At, Entries: state.UpTo, Intact: state.Broken == ""}

		// What the slowest destination has is what can be proved wherever somebody asks.
		for i, to := range heads.States() {
			out.Anchored = true
			out.HeadsWaiting += to.Waiting

			if i == 0 || to.At.Before(out.HeadAt) {
				out.HeadAt = to.At
			}
		}

		return out
	}
}

// backupsOf is what the metrics tell of the scheduled backups, nil where none are made.
func backupsOf(status func() backup.Status) func() (lastAt time.Time, failing bool) {
	if status == nil {
		return nil
	}

	return func() (lastAt time.Time, failing bool) {
		now := status()
		if now.LastAt != nil {
			lastAt = *now.LastAt
		}

		return lastAt, now.Error != ""
	}
}
