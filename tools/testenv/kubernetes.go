package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/graph-olap/opsconsole/internal/kubetest"
)

// withKubernetes is [test] with a Kubernetes API server around it.
func withKubernetes(ctx context.Context, args []string) (err error) {
	wanted, err := named([]string{"etcd"})
	if err != nil {
		return err
	}

	if err := provide(ctx, wanted); err != nil {
		return err
	}

	programs := kubetest.Programs{Attributes: account{}.attributes}

	if programs.Etcd, err = findEtcd(); err != nil {
		return err
	}

	if programs.APIServer, err = buildAPIServer(ctx); err != nil {
		return err
	}

	server, err := kubetest.Start(ctx, programs)
	if err != nil {
		return fmt.Errorf("start Kubernetes: %w", err)
	}

	defer func() { err = errors.Join(err, server.Stop()) }()

	return test(ctx, args,
		kubetest.KubeconfigVariable+"="+server.Kubeconfig(),
		kubetest.EtcdVariable+"="+programs.Etcd,
		kubetest.APIServerVariable+"="+programs.APIServer,
	)
}

// buildAPIServer returns the path of kube-apiserver in Go's build cache, which makes
// it the first time, and when the version of tools/kubernetes has changed.
func buildAPIServer(ctx context.Context) (string, error) {
	fmt.Fprintln(os.Stderr, "testenv: building kube-apiserver; the first time this takes minutes")

	cmd := exec.CommandContext(ctx, "go", "tool", "-modfile=tools/kubernetes/go.mod", "-n", "kube-apiserver")
	// The same with and without a C compiler.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = killAfter

	endWithChildren(cmd)

	said, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build kube-apiserver: %w", err)
	}

	return strings.TrimSpace(string(said)), nil
}
