package kube_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
	"github.com/graph-olap/opsconsole/internal/kubetest"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// platform is a platform's database beside a cluster.
type platform struct {
	t  *testing.T
	db *store.DB
	// ahead is by how much its clock is.
	ahead time.Duration
}

// each runs fn with a new platform on either database.
func each(t *testing.T, fn func(p *platform)) {
	t.Helper()

	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		p := &platform{t: t, db: db}
		p.exec(`INSERT INTO users (username, email, display_name, created_at, updated_at) VALUES ('ann', 'a@example.com', 'Ann', $1, $1)`, p.at())
		fn(p)
	})
}

func (p *platform) now() time.Time { return time.Now().Add(p.ahead) }

func (p *platform) at() store.Time { return store.Time{Time: p.now()} }

func (p *platform) exec(statement string, args ...any) {
	p.t.Helper()

	if err := p.db.Tx(p.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(p.t.Context(), statement, args...)

		return err
	}); err != nil {
		p.t.Fatalf("%s: %v", statement, err)
	}
}

// instance adds an instance that has been in its state for an hour, and names its pod.
func (p *platform) instance(id int64, status ops.InstanceStatus, pod any) (name string) {
	p.t.Helper()

	slug := fmt.Sprint("slug-", id)
	p.exec(`INSERT INTO instances (id, owner_username, wrapper_type, name, url_slug, status, pod_name, created_at, updated_at)
		VALUES ($1, 'ann', 'falkordb', 'i', $2, $3, $4, $5, $5)`, id, slug, status, pod, store.Time{Time: p.now().Add(-time.Hour)})

	return jobs.InstancePod(id, slug)
}

// status is an instance's state, and the words with it; "gone" when there is no such instance.
func (p *platform) status(id int64) (status, words string) {
	p.t.Helper()

	err := p.db.Read().QueryRowContext(p.t.Context(),
		`SELECT status, COALESCE(error_message, '') FROM instances WHERE id = $1`, id).Scan(&status, &words)
	if errors.Is(err, sql.ErrNoRows) {
		return "gone", ""
	}

	if err != nil {
		p.t.Fatal(err)
	}

	return status, words
}

// becomes waits for an instance's state, and the words with it.
func (p *platform) becomes(id int64, status, words string) {
	p.t.Helper()

	var gotStatus, gotWords string

	defer func() {
		if p.t.Failed() {
			p.t.Logf("instance %d is %s (%s)", id, gotStatus, gotWords)
		}
	}()

	kubetest.Eventually(p.t, fmt.Sprintf("instance %d is %s (%s)", id, status, words), func() bool {
		gotStatus, gotWords = p.status(id)

		return gotStatus == status && gotWords == words
	})
}

// keepPods runs what a replica runs, until the test ends or stop is called.
func (p *platform) keepPods(cluster *kube.Cluster) (stop func()) {
	p.t.Helper()

	ctx, cancel := context.WithCancel(p.t.Context())
	ended := make(chan error, 1)
	runtime := jobs.NewPodRuntime(p.db, p.now, slog.New(slog.NewTextHandler(p.t.Output(), nil)), cluster)

	go func() { ended <- runtime.Run(ctx) }()

	stop = sync.OnceFunc(func() {
		cancel()

		select {
		case err := <-ended:
			if err != nil {
				p.t.Error(err)
			}
		case <-time.After(kubetest.Patience):
			p.t.Error("the runtime goes on after its context is done")
		}
	})
	p.t.Cleanup(stop)

	return stop
}

// reconcile runs the reconciliation job once.
func (p *platform) reconcile(cluster *kube.Cluster) error {
	p.t.Helper()

	runner, err := jobs.New(p.t.Context(), jobs.Config{
		DB: p.db, Now: p.now, Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(), Cluster: cluster,
	})
	if err != nil {
		p.t.Fatal(err)
	}

	return runner.Run(p.t.Context(), jobs.JobArgs{JobName: ops.JobReconciliation})
}
