package e2e_test

import (
	"path/filepath"
	"testing"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestServeWithoutItsNeighbours starts a console whose identity provider and control
// plane are away: it is up, and says what is missing.
func TestServeWithoutItsNeighbours(t *testing.T) {
	t.Parallel()

	const nobody = "http://127.0.0.1:1"

	address := freeport.Address(t)
	d := &demo{url: "http://" + address}
	d.run(t, "serve", "--addr", address, "--database-url", "sqlite://"+filepath.Join(t.TempDir(), "o.db"),
		"--oidc-issuer", nobody, "--oidc-client-id", "opsconsole", "--control-plane-url", nobody, "--log-format", "text")

	p := d.open(t)
	p.visit("/jobs")
	p.at("/login")
	p.sees(".environment", "production")
	p.expect("Failed to load resource: the server responded with a status of 5")
	p.press("Sign in")
	p.sees("[role=alert]", "provider")
	p.checkAccessibility()
}

func TestPostgres(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--database-url", storetest.PostgresURL(t))
	d.as(t, "dave", "/").saveLimit(4, "On PostgreSQL too")

	if got := d.controlPlaneLimit(t); got != 4 {
		t.Errorf("the control plane has %d, want 4", got)
	}
}

// TestTheWorldOutlivesTheProgram stops a demo and starts it again on its data.
func TestTheWorldOutlivesTheProgram(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/")
	p.saveLimit(4, "Before the restart")
	before := p.limits()

	// The page that is open loses its stream, and tries again.
	p.expect("ERR_CONNECTION_REFUSED")
	d.stop(t)

	d.run(t, d.args...)

	// The session is still good, too.
	p.visit("/config/concurrency")
	p.sees("main", "Before the restart")

	if got := p.limits(); got.Current != before.Current || got.Revision != before.Revision {
		t.Errorf("before %+v, after %+v, want the same", before, got)
	}
}
