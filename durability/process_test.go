package durability_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// process is one run of the program.
type process struct {
	cmd *exec.Cmd
	log worldtest.Buffer
	// ended is closed when it has.
	ended chan struct{}
}

// at is the value of FAILPOINT that ends or stops a process the nth time that it comes to a place.
func at(what string, name failpoint.Name, n int) string {
	return fmt.Sprintf("%s %s %d", what, name, n)
}

// start starts the program; order is what its failpoints are told, "" for nothing.
func start(t *testing.T, order string, args ...string) *process {
	t.Helper()

	p := &process{ended: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log

	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "OPSCONSOLE_") {
			p.cmd.Env = append(p.cmd.Env, variable)
		}
	}

	if order != "" {
		p.cmd.Env = append(p.cmd.Env, "FAILPOINT="+order)
	}

	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}

	go func() {
		p.cmd.Wait() //nolint:errcheck // how it ended is looked at
		close(p.ended)
	}()

	t.Cleanup(p.kill)

	return p
}

// kill ends it as a crash does.
func (p *process) kill() {
	p.cmd.Process.Kill() //nolint:errcheck // it may have ended
	<-p.ended
}

func (p *process) dead() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// killed reports whether it ended by SIGKILL.
func (p *process) killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)

	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// stopped reports whether it stands still, after SIGSTOP.
func (p *process) stopped() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))

	return err == nil && strings.Contains(string(stat), ") T ")
}

// awaitReady waits until it is ready or dead, and reports whether it is ready.
func (p *process) awaitReady(url string) bool {
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()

	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && !p.dead(); {
		response, err := client.Get(url + "/readyz")
		if err == nil {
			response.Body.Close()

			if response.StatusCode == http.StatusOK {
				return true
			}
		}

		<-time.After(5 * time.Millisecond)
	}

	return false
}
