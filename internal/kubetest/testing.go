package kubetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// The environment variables by which the test task says what it started.
const (
	// KubeconfigVariable names the kubeconfig of the server that all tests share.
	KubeconfigVariable = "OPSCONSOLE_TEST_KUBECONFIG"
	// EtcdVariable and APIServerVariable name the programs.
	EtcdVariable      = "OPSCONSOLE_TEST_ETCD"
	APIServerVariable = "OPSCONSOLE_TEST_KUBE_APISERVER"
)

// Shared is the path of the kubeconfig of the server that all tests share, see
// [Server.Kubeconfig]. Without a server the test is skipped by name.
func Shared(tb testing.TB) string {
	tb.Helper()

	return fromTask(tb, KubeconfigVariable)
}

// Own starts a server for this test alone.
func Own(tb testing.TB) *Server {
	tb.Helper()

	server, err := Start(tb.Context(), Programs{Etcd: fromTask(tb, EtcdVariable), APIServer: fromTask(tb, APIServerVariable)})
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() {
		if err := server.Stop(); err != nil {
			tb.Error(err)
		}
	})

	return server
}

func fromTask(tb testing.TB, variable string) string {
	tb.Helper()

	value := os.Getenv(variable)
	if value == "" {
		tb.Skipf("needs a Kubernetes API server: %s is not set (./task test:kubernetes starts one)", variable)
	}

	return value
}

// As copies a kubeconfig with the user's context as the current one, and returns the
// path of the copy.
func As(tb testing.TB, path, user string) string {
	tb.Helper()

	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}

	var all kubeconfig
	if err := json.Unmarshal(text, &all); err != nil {
		tb.Fatal(err)
	}

	all.CurrentContext = user

	if text, err = json.Marshal(all); err != nil {
		tb.Fatal(err)
	}

	path = filepath.Join(tb.TempDir(), kubeconfigFile)
	if err := os.WriteFile(path, text, private); err != nil {
		tb.Fatal(err)
	}

	return path
}

// Tokens are the secrets of a kubeconfig: what a program says must hold none of them.
func Tokens(tb testing.TB, path string) []string {
	tb.Helper()

	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}

	tokens, err := secrets(text)
	if err != nil {
		tb.Fatal(err)
	}

	return tokens
}
