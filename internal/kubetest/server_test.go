package kubetest_test

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/graph-olap/opsconsole/internal/kubetest"
)

func version(t *testing.T, kubeconfig string) (string, error) {
	t.Helper()

	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}

	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}

	info, err := client.ServerVersion()
	if err != nil {
		return "", err
	}

	return info.Minor, nil
}

func TestClusterComesBackAfterACrash(t *testing.T) {
	t.Parallel()

	server := kubetest.Own(t)

	for range 2 {
		if minor, err := version(t, server.Kubeconfig()); err != nil || minor == "" {
			t.Fatalf("version %q, %v", minor, err)
		}

		server.KillAPI()

		if _, err := version(t, server.Kubeconfig()); err == nil {
			t.Fatal("the server that was killed answers")
		}

		if err := server.StartAPI(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	if err := server.Stop(); err != nil {
		t.Error(err)
	}

	if _, err := os.Stat(filepath.Dir(server.Kubeconfig())); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestServerThatCannotStartLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)

	for name, programs := range map[string]kubetest.Programs{
		"no programs":           {Etcd: filepath.Join(temp, "none"), APIServer: filepath.Join(temp, "none")},
		"one that ends at once": {Etcd: "/bin/true", APIServer: "/bin/false"},
	} {
		if _, err := kubetest.Start(t.Context(), programs); err == nil {
			t.Errorf("%s: started", name)
		}
	}

	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
