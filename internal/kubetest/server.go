package kubetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

// Programs are the paths of what a server is made of.
type Programs struct {
	Etcd, APIServer string
	// Attributes of the processes; the operating system's own when it is nil.
	Attributes func() *syscall.SysProcAttr
}

// Server is a Kubernetes API server.
type Server struct {
	programs Programs
	dir      string
	address  string // host:port of the API
	tokens   map[string]string

	etcd, api *process
}

const (
	startTimeout = 2 * time.Minute
	pollEvery    = 100 * time.Millisecond
	askTimeout   = 5 * time.Second
	serviceKey   = "service-accounts.key"
)

// Start starts a server and waits until it is ready.
func Start(ctx context.Context, programs Programs) (_ *Server, err error) {
	dir, err := os.MkdirTemp("", "opsconsole-kubernetes-")
	if err != nil {
		return nil, err
	}

	s := &Server{programs: programs, dir: dir, tokens: map[string]string{}}

	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()

	// For clients of etcd, for its peers, and for clients of the API.
	var addresses [3]string

	for i := range addresses {
		if addresses[i], err = freeport.Take(ctx); err != nil {
			return nil, err
		}
	}

	if err := s.writeAccounts(); err != nil {
		return nil, err
	}

	clients, peers := "http://"+addresses[0], "http://"+addresses[1]
	s.address = addresses[2]
	host, port, _ := strings.Cut(s.address, ":")

	s.etcd = s.newProcess(programs.Etcd, "--data-dir="+filepath.Join(dir, "etcd"),
		"--listen-client-urls="+clients, "--advertise-client-urls="+clients,
		"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=default="+peers)

	s.api = s.newProcess(programs.APIServer, "--etcd-servers="+clients,
		"--bind-address="+host, "--secure-port="+port, "--cert-dir="+dir,
		"--token-auth-file="+filepath.Join(dir, tokensFile), "--authorization-mode=RBAC",
		// Nothing here makes the accounts that it looks for.
		"--disable-admission-plugins=ServiceAccount",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+filepath.Join(dir, serviceKey),
		"--service-account-signing-key-file="+filepath.Join(dir, serviceKey),
		"--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none")

	if err := s.etcd.start(); err != nil {
		return nil, err
	}

	if err := s.StartAPI(ctx); err != nil {
		return nil, err
	}

	return s, s.writeKubeconfig()
}

// StartAPI starts the API server, for the first time or after [Server.KillAPI], at the
// same address and with all that it had stored. It waits until the server is ready.
func (s *Server) StartAPI(ctx context.Context) error {
	if err := s.api.start(); err != nil {
		return err
	}

	return s.waitReady(ctx)
}

// KillAPI ends the API server as a crash would.
func (s *Server) KillAPI() { s.api.kill() }

// Stop ends both programs and removes their folder.
func (s *Server) Stop() error {
	for _, p := range []*process{s.api, s.etcd} {
		if p != nil {
			p.kill()
		}
	}

	return os.RemoveAll(s.dir)
}

// certificate is what the API server makes for itself, and so its own authority.
func (s *Server) certificate() string { return filepath.Join(s.dir, "apiserver.crt") }

func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	tick := time.NewTicker(pollEvery)
	defer tick.Stop()

	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}

		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		case <-s.api.exited:
		case <-s.etcd.exited:
		}

		return fmt.Errorf("the API server does not get ready: %w\n%s\n%s", err, s.etcd.said(), s.api.said())
	}
}

// ready asks /readyz as the administrator.
func (s *Server) ready(ctx context.Context) error {
	certificate, err := os.ReadFile(s.certificate())
	if err != nil {
		return err
	}

	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certificate) {
		return errors.New("its certificate cannot be read yet")
	}

	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}}
	defer transport.CloseIdleConnections()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+s.address+"/readyz", nil)
	if err != nil {
		return err
	}

	request.Header.Set("Authorization", "Bearer "+s.tokens[Administrator])

	response, err := (&http.Client{Transport: transport, Timeout: askTimeout}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("/readyz answers %s: %s", response.Status, body)
	}

	return err
}
