package e2e_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

const (
	// patience is how long a test waits for what has to come.
	patience = time.Minute
)

// demo is a running opsconsole.
type demo struct {
	url  string   // of its pages
	api  string   // of its control plane's REST API
	args []string // that it was started with
	// program is "" for the one under test.
	program string

	log worldtest.Buffer
	cmd *exec.Cmd
	end chan struct{} // closed when it has ended
}

// startDemo starts a demo with a new world that holds still, and more arguments. It is
// stopped, and has to stop well, when the test ends.
func startDemo(t *testing.T, args ...string) *demo {
	t.Helper()

	pages, api := freeport.Address(t), freeport.Address(t)
	d := &demo{url: "http://" + pages, api: "http://" + api}
	d.run(t, append([]string{
		"demo", "--addr", pages, "--api-addr", api, "--data-dir", t.TempDir(), "--demo-speed", "0", "--poll-interval", "1s",
	}, args...)...)

	return d
}

// run runs the program and waits until it is ready.
func (d *demo) run(t *testing.T, args ...string) {
	t.Helper()

	d.args, d.end = args, make(chan struct{})

	d.cmd = command(t, args...)
	if d.program != "" {
		d.cmd.Path = d.program
	}

	d.cmd.Stdout, d.cmd.Stderr = &d.log, &d.log

	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}

	go func(cmd *exec.Cmd, end chan struct{}) {
		cmd.Wait() //nolint:errcheck // stop looks at the exit code
		close(end)
	}(d.cmd, d.end)

	t.Cleanup(func() {
		d.stop(t)

		if t.Failed() {
			keep(t, "demo.log", []byte(d.log.String()))
		}
	})

	worldtest.Eventually(t, "it is ready", func() bool {
		select {
		case <-d.end:
			t.Fatalf("it ended:\n%s", d.log.String())
		default:
		}

		return d.answers(t, "/readyz")
	})
}

func (d *demo) answers(t *testing.T, path string) bool {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		return false
	}

	response.Body.Close()

	return response.StatusCode == http.StatusOK
}

// stop asks it to end and checks that it ends by itself and without complaint.
func (d *demo) stop(t *testing.T) {
	t.Helper()

	select {
	case <-d.end:
	default:
		if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}

	select {
	case <-d.end:
	case <-time.After(patience):
		t.Error("it does not stop")
		d.cmd.Process.Kill() //nolint:errcheck // it has failed already
		<-d.end
	}

	if code := d.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with code %d, want 0:\n%s", code, d.log.String())
	}
}

// command prepares a run of the program with an environment without settings.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()

	// It is stopped by its test, which the test's own context would forestall.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	cmd.Dir = t.TempDir()

	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "OPSCONSOLE_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}

	return cmd
}

// keep leaves a file for whoever looks into the failure.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()

	path := filepath.Join("..", ".task", "e2e", strings.ReplaceAll(t.Name(), "/", "_")+"-"+name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Error(err)
	}

	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Error(err)
	}

	t.Logf("see %s", strings.TrimPrefix(path, "../"))
}
