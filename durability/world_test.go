package durability_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// world is a console that is used, killed and started again.
type world struct {
	*neighbours

	t      *testing.T
	random *mathrand.Rand
	db     *store.DB

	databaseURL, console, api, anchors string
	args                               []string

	process    *process
	dave, olga *client
	ledger     ledger
	webhook    int64
	// limits are what the limit for each analyst may be by now, by the act that sets it, 0 while none was told; serial
	// numbers the acts.
	limits map[int]int64
	// trail is what was asked for and answered about it.
	trail  []string
	serial int
}

// newWorld starts a console on a prepared database.
func newWorld(t *testing.T, databaseURL string, seed uint64) *world {
	t.Helper()

	w := prepareWorld(t, databaseURL, seed)
	w.db = storetest.Open(t, databaseURL)
	w.begin("")
	w.subscribe()

	return w
}

// prepareWorld has everything around a console that was not started yet.
func prepareWorld(t *testing.T, databaseURL string, seed uint64) *world {
	t.Helper()

	pages, api := freeport.Address(t), freeport.Address(t)
	w := &world{
		t: t, random: mathrand.New(mathrand.NewPCG(seed, 0)), databaseURL: databaseURL,
		console: "http://" + pages, api: "http://" + api, anchors: filepath.Join(t.TempDir(), "heads.jsonl"),
		limits: map[int]int64{0: 0},
	}
	w.neighbours = newNeighbours(t, w.console)
	w.dave, w.olga = newClient(w.console), newClient(w.console)

	schedule := make([]string, 0, len(jobsAtWork()))
	for _, job := range jobsAtWork() {
		schedule = append(schedule, job+"=1s")
	}

	w.args = []string{
		"serve", "--embedded", "--addr", pages, "--api-addr", api, "--public-url", w.console, "--database-url", databaseURL,
		"--oidc-issuer", w.issuer, "--oidc-client-id", "opsconsole", "--oidc-client-secret", clientSecret,
		"--oidc-scopes", "profile,email,offline_access", "--starburst-url", w.trino, "--starburst-user", "opsconsole",
		"--alertmanager-url", w.alertmanager, "--webhook-allowed-hosts", "127.0.0.1", "--webhook-allowed-networks", "127.0.0.0/8",
		"--trust-identity-headers", "127.0.0.0/8", "--poll-interval", "1s", "--job-schedule", strings.Join(schedule, ","),
		"--approval-actions", "point.create", "--confirm-below", "0", "--log-format", "text",
		"--audit-anchors", "file://" + w.anchors, "--audit-signing-key=" + signingKey(t),
	}

	return w
}

// jobsAtWork are the jobs that run every second.
func jobsAtWork() []string { return []string{"lifecycle", "export_reconciliation", "schema_cache"} }

func signingKey(t *testing.T) string {
	t.Helper()

	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func (w *world) must(err error) {
	w.t.Helper()

	if err != nil {
		w.t.Fatal(w.told(err))
	}
}

// told is an error with what the program said.
func (w *world) told(err error) string { return fmt.Sprintf("%v\n%s", err, w.process.log.String()) }

// begin starts the program, and reports whether it lived until it was ready.
func (w *world) begin(order string) bool {
	w.t.Helper()

	w.process = start(w.t, order, w.args...)

	ready := w.process.awaitReady(w.console)
	if !ready && (order == "" || !w.process.dead() || !w.process.killed()) {
		w.t.Fatalf("it did not start:\n%s", w.process.log.String())
	}

	for account, by := range map[string]*client{"dave": w.dave, "olga": w.olga} {
		w.comeBack(account, by)
	}

	return ready
}

// comeBack signs somebody in whose session is over: the provider has renewed its tokens, and the program died before it kept them.
func (w *world) comeBack(account string, by *client) {
	w.t.Helper()

	if seen, err := by.get(w.t.Context(), "/leases"); err != nil || seen.status != http.StatusUnauthorized {
		return
	}

	if err := by.signIn(w.t.Context(), account); err != nil && !w.process.dead() {
		select {
		case <-w.process.ended:
		case <-time.After(time.Second):
			w.t.Fatal(w.told(err))
		}
	}
}

// exec changes what stands in the database: time that passed, or what others have done.
func (w *world) exec(statement string, args ...any) {
	w.t.Helper()

	if _, err := w.db.Write().ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}

// count counts rows.
func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()

	if err := w.db.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}

	return n
}

// verify has the program look its own log over.
func (w *world) verify() {
	w.t.Helper()

	cmd := exec.CommandContext(w.t.Context(), program, "audit", "verify", "--database-url", w.databaseURL) //nolint:gosec // both are ours
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("the audit log: %v\n%s", err, out)
	}
}

// killAt has the program killed at a place, of which the scenario sees that it comes there.
func (w *world) killAt(name failpoint.Name) {
	w.t.Helper()

	begun := time.Now()
	defer func() { w.t.Logf("%s: %s", name, time.Since(begun)) }()

	s := scenarios()[name]
	if s.prepare != nil {
		s.prepare(w)
	}

	nth := 1 + w.random.IntN(1+s.often)
	ready := w.begin(at("kill", name, nth))

	if ready {
		w.ledger.check(w)
	}

	for range w.random.IntN(2) {
		if !w.process.dead() {
			w.anything()
		}
	}

	const patience, shortest = 30 * time.Second, 10 * time.Millisecond

	for deadline := time.Now().Add(patience); !w.process.dead(); {
		if time.Now().After(deadline) {
			w.process.kill()
			w.t.Fatalf("it never came to %s for the time number %d:\n%s", name, nth, w.process.log.String())
		}

		if s.act != nil {
			s.act(w)
		}

		select {
		case <-w.process.ended:
		case <-time.After(max(s.pause, shortest)):
		}
	}

	if !w.process.killed() {
		w.t.Fatalf("it ended by itself:\n%s", w.process.log.String())
	}

	w.ill.Store(false)
}

// rest has the world come to rest, and looks whether all of it is whole.
func (w *world) rest() {
	w.t.Helper()

	w.process.kill()
	w.begin("")

	begun := time.Now()

	w.settled("a change whose outcome is unknown", `SELECT count(*) FROM opsconsole_changes WHERE outcome IN ('pending', 'unknown')`)
	w.settled("a temporary change that may have begun", `SELECT count(*) FROM opsconsole_leases WHERE state = 'pending'`)

	w.settled("a scheduled change that may have been made", `SELECT count(*) FROM opsconsole_scheduled_changes WHERE applying = 1`)

	if took := time.Since(begun); took > settledWithin {
		w.t.Errorf("what was unknown took %s to settle, want %s at most", took, settledWithin)
	}

	w.ledger.ask(w)
	worldtest.Eventually(w.t, "no window runs", func() bool { return !w.endOne() })
	w.settled("a window that is due", `SELECT count(*) FROM opsconsole_windows WHERE due_at < '9999'`)
	w.settled("a delivery that waits", `SELECT count(*) FROM opsconsole_webhook_deliveries WHERE state = 'pending'`)
	w.settled("a job that runs without end", `SELECT count(*) FROM opsconsole_job_runs WHERE ended_at IS NULL AND started_at < $1`,
		store.Time{Time: begun})
	w.ledger.check(w)
	w.checkLimit()
	w.checkHeard()
	w.process.cmd.Process.Signal(terminate) //nolint:errcheck // seen below
	<-w.process.ended

	if code := w.process.cmd.ProcessState.ExitCode(); code != 0 {
		w.t.Errorf("it ended with code %d:\n%s", code, w.process.log.String())
	}

	w.verify()
}

// checkHeard looks whether all came to the receiver that is said to have been delivered.
func (w *world) checkHeard() {
	w.t.Helper()

	rows, err := w.db.Read().QueryContext(w.t.Context(), `SELECT id FROM opsconsole_webhook_deliveries WHERE state = 'delivered'`)
	w.must(err)

	defer rows.Close()

	w.mu.Lock()
	defer w.mu.Unlock()

	for rows.Next() {
		var id string

		w.must(rows.Scan(&id))

		if w.heard[id] == 0 {
			w.t.Errorf("delivery %s was delivered, and never came", id)
		}
	}

	w.must(rows.Err())
}

// settledWithin is how long an outcome may be unknown after a start.
const settledWithin = time.Minute

// settled waits until there is none of them any more.
func (w *world) settled(what, query string, args ...any) {
	w.t.Helper()
	worldtest.Eventually(w.t, "there is no "+what, func() bool { return w.count(query, args...) == 0 })
}
