package durability_test

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

const (
	// blockedFor is how long a save that a crashed process left may keep its section, with the time that a look takes.
	blockedFor = 10*time.Second + 1500*time.Millisecond
	// stoodFor is how long a process stands still, which is longer than it may before others settle what it was at.
	stoodFor = 12 * time.Second
)

// beside starts a second replica of the world, on the same database, over the control plane of the first.
func (w *world) beside(order string) (*process, *client) {
	w.t.Helper()

	address := freeport.Address(w.t)
	url := "http://" + address
	p := start(w.t, order, "serve", "--addr", address, "--public-url", url, "--database-url", w.databaseURL,
		"--oidc-issuer", w.issuer, "--oidc-client-id", "opsconsole", "--oidc-client-secret", clientSecret,
		"--control-plane-url", w.api, "--control-plane-auth", "headers", "--control-plane-timeout", "14s", "--poll-interval", "1s", "--confirm-below", "0", "--log-format", "text")

	if !p.awaitReady(url) {
		w.t.Fatalf("it did not start:\n%s", p.log.String())
	}

	// The session is that of the first: they share the database, and cookies know no ports.
	by := newClient(url)
	by.http.Jar = w.dave.http.Jar

	return p, by
}

// saveBy has a replica save a limit, and returns its answer once it comes.
func (w *world) saveBy(by *client, limit int64) <-chan answer {
	w.t.Helper()

	seen, ok := w.section("concurrency")
	if !ok {
		w.t.Fatalf("the section is not free: %v", seen.body)
	}

	answered := make(chan answer, 1)
	body := map[string]any{"per_analyst": limit, "reason": fmt.Sprintf("Up to %d tonight", limit), "revision": seen.text("revision")}

	go func() {
		defer close(answered)

		if a, err := by.ask(w.t.Context(), http.MethodPost, "/config/concurrency", "", body); err == nil {
			answered <- a
		}
	}()

	return answered
}

// freeAfter waits until the section takes a change, and returns how long that took.
func (w *world) freeAfter() time.Duration {
	w.t.Helper()

	begun := time.Now()

	worldtest.Eventually(w.t, "the section is free", func() bool {
		_, ok := w.section("concurrency")

		return ok
	})

	return time.Since(begun)
}

// TestDurabilityOfASectionOfACrashedProcess kills a process while it saves.
func TestDurabilityOfASectionOfACrashedProcess(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "postgres", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.PostgresURL(t), seed)
		p, by := w.beside(at("kill", failpoint.ChangeIntended, 1))
		<-w.saveBy(by, 33)
		<-p.ended

		if took := w.freeAfter(); took > blockedFor || took < 5*time.Second {
			t.Errorf("the section was blocked for %s, want about 10 s", took)
		}

		w.save()
		w.rest()
	})
	worldtest.Seeds(t, "sqlite", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.SQLiteURL(t), seed)
		w.process.kill()
		w.begin(at("kill", failpoint.ChangeIntended, 1))
		w.save()
		<-w.process.ended
		w.begin("")

		if took := w.freeAfter(); took > blockedFor {
			t.Errorf("the section was blocked for %s, want about 10 s", took)
		}

		w.save()
		w.rest()
	})
}

// TestDurabilityOfASectionOfAStoppedProcess stops a process before it has sent a change, and lets it go on when others
// have settled that: it must not send it then. On SQLite there are no others.
func TestDurabilityOfASectionOfAStoppedProcess(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "postgres", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.PostgresURL(t), seed)
		p, by := w.beside(at("stop", failpoint.ChangeIntended, 1))
		answered := w.saveBy(by, 33)

		worldtest.Eventually(t, "it stands still", p.stopped)

		if took := w.freeAfter(); took > blockedFor {
			t.Errorf("the section was blocked for %s, want about 10 s", took)
		}

		signal(t, p, syscall.SIGCONT)

		if a, ok := <-answered; !ok || a.text("change", "outcome") != "failed" {
			t.Errorf("got %v, want a change that failed", a.body)
		}

		if seen, _ := w.section("concurrency"); seen.number("current", "per_analyst") == 33 {
			t.Error("it was sent when it was settled already")
		}

		w.save()
		w.rest()
	})
	worldtest.Seeds(t, "sqlite", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.SQLiteURL(t), seed)
		w.process.kill()
		w.begin(at("stop", failpoint.ChangeIntended, 1))

		answered := w.saveBy(w.dave, 33)
		worldtest.Eventually(t, "it stands still", w.process.stopped)
		<-time.After(stoodFor)
		signal(t, w.process, syscall.SIGCONT)

		if a, ok := <-answered; !ok || a.text("change", "outcome") != "applied" {
			t.Errorf("got %v, want it applied: nobody else could settle it", a.body)
		}

		w.limits = map[int]int64{w.serial: 33}
		w.rest()
	})
}

// TestDurabilityOfASectionOfASlowProcess stops the control plane's answer, not the process: it is not settled while
// it is being sent, however long others look.
func TestDurabilityOfASectionOfASlowProcess(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "postgres", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.PostgresURL(t), seed)
		plane := slowly(t, w.api)
		w.api = plane
		p, by := w.beside("")
		answered := w.saveBy(by, 33)

		worldtest.Eventually(t, "it is being sent", func() bool {
			_, free := w.section("concurrency")

			return !free
		})

		// It is applied a moment before it is answered.
		if took := w.freeAfter(); took < slowFor-time.Second {
			t.Errorf("it was settled after %s, while it was being sent", took)
		}

		if a := <-answered; a.text("change", "outcome") != "applied" {
			t.Errorf("got %v, want it applied", a.body)
		}

		p.kill()

		w.limits = map[int]int64{w.serial: 33}
		w.rest()
	})
}

func signal(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()

	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
