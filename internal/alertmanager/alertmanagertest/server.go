// Package alertmanagertest runs a real Alertmanager for tests, a process each.
package alertmanagertest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

// Variable names Debian's prometheus-alertmanager, or another one; it is looked for in PATH
// where it is not set.
const Variable = "OPSCONSOLE_TEST_ALERTMANAGER"

// Server is an Alertmanager with a folder of its own, that stands alone and tells nobody.
type Server struct {
	// URL is where it answers, also once it was killed and started again.
	URL *url.URL

	tb     testing.TB
	dir    string
	args   []string
	client *http.Client
	cmd    *exec.Cmd
}

// patience is how long it may take to start.
const patience = 30 * time.Second

const configuration = `
route: { receiver: nobody }
receivers: [{ name: nobody }]
`

// Start starts one, which is gone when the test has ended. Web is its web.config.file, ""
// for none; a client for it, nil for one that trusts and sends nothing, is asked whether it is ready.
func Start(tb testing.TB, web string, client *http.Client) *Server {
	tb.Helper()

	s := &Server{tb: tb, dir: tb.TempDir(), client: client}
	address, scheme := freeport.Address(tb), "http"

	s.write("alertmanager.yml", configuration)
	s.args = []string{
		"--config.file=" + filepath.Join(s.dir, "alertmanager.yml"), "--storage.path=" + filepath.Join(s.dir, "data"),
		"--web.listen-address=" + address, "--cluster.listen-address=",
	}

	if s.client == nil {
		s.client = &http.Client{Timeout: patience}
	}

	if web != "" {
		s.write("web.yml", web)
		s.args = append(s.args, "--web.config.file="+filepath.Join(s.dir, "web.yml"))
	}

	if strings.Contains(web, "tls_server_config") {
		scheme = "https"
	}

	s.URL = &url.URL{Scheme: scheme, Host: address}

	tb.Cleanup(s.Kill)
	s.Restart()

	return s
}

// Restart starts it once it has ended, and waits until it is ready.
func (s *Server) Restart() {
	s.tb.Helper()

	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		s.tb.Fatal(err)
	}
	defer log.Close()

	s.cmd = exec.CommandContext(context.Background(), program(s.tb), s.args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log

	if err := s.cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}

	const pause = 10 * time.Millisecond

	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()

	ticker := time.NewTicker(pause)
	defer ticker.Stop()

	for !s.ready(ctx) {
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(log.Name()) // what there is of it
			s.tb.Fatalf("Alertmanager is not ready after %s: %s", patience, said)
		case <-ticker.C:
		}
	}
}

func (s *Server) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL.JoinPath("-", "ready").String(), nil)
	if err != nil {
		s.tb.Fatal(err)
	}

	response, err := s.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()

	return response.StatusCode == http.StatusOK || response.StatusCode == http.StatusUnauthorized
}

// Address is its URL.
func (s *Server) Address() *url.URL { return s.URL }

// Kill ends it as a crash does: what it was told since its last snapshot is lost.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop lets it end, which makes a snapshot.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

func (s *Server) end(signal os.Signal) {
	if s.cmd == nil {
		return
	}

	_ = s.cmd.Process.Signal(signal) // it may have ended already
	_ = s.cmd.Wait()                 // likewise
	s.cmd = nil
}

// Fire tells it of an alert with these labels.
func (s *Server) Fire(labels map[string]string) {
	s.tb.Helper()

	body, err := json.Marshal([]map[string]any{{"labels": labels}})
	if err != nil {
		s.tb.Fatal(err)
	}

	to := s.URL.JoinPath("api", "v2", "alerts").String()

	request, err := http.NewRequestWithContext(s.tb.Context(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		s.tb.Fatal(err)
	}

	request.Header.Set("Content-Type", "application/json")

	response, err := s.client.Do(request)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		s.tb.Fatalf("Alertmanager answered %s to an alert", response.Status)
	}
}

// Silence is what amtool tells of a silence.
type Silence struct {
	ID     string `json:"id"`
	Status struct {
		State string `json:"state"`
	} `json:"status"`
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
	Comment  string    `json:"comment"`
}

// Silences asks Alertmanager's own tool for the silences that are not over, or, when it is asked
// to, for those that are.
func (s *Server) Silences(expired bool) (found []Silence) {
	s.tb.Helper()

	args := []string{"--alertmanager.url=" + s.URL.String(), "silence", "query", "--output=json"}
	if expired {
		args = append(args, "--expired")
	}

	out := s.amtool(args...)
	if err := json.Unmarshal(out, &found); err != nil {
		s.tb.Fatalf("amtool says %s: %v", out, err)
	}

	return found
}

// Expire ends a silence by hand.
func (s *Server) Expire(id string) {
	s.tb.Helper()
	s.amtool("--alertmanager.url="+s.URL.String(), "silence", "expire", id)
}

func (s *Server) amtool(args ...string) []byte {
	s.tb.Helper()

	amtool := filepath.Join(filepath.Dir(program(s.tb)), "amtool")
	cmd := exec.CommandContext(s.tb.Context(), amtool, args...)
	cmd.Env = append(os.Environ(), "HOME="+s.dir)

	out, err := cmd.Output()
	if err != nil {
		s.tb.Fatalf("amtool %s: %v", strings.Join(args, " "), err)
	}

	return out
}

func (s *Server) write(name, content string) {
	s.tb.Helper()

	const mode = 0o600
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), mode); err != nil {
		s.tb.Fatal(err)
	}
}

func program(tb testing.TB) string {
	tb.Helper()

	if path := os.Getenv(Variable); path != "" {
		return path
	}

	path, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		tb.Skip("needs prometheus-alertmanager in PATH or in " + Variable + " (./task test installs it)")
	}

	return path
}
