package health

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// KubernetesConfig reads how to reach the cluster: from a kubeconfig file, or, when
// the path is empty, from the pod that the process runs in.
func KubernetesConfig(kubeconfig string) (*rest.Config, error) {
	if kubeconfig == "" {
		cfg, err := rest.InClusterConfig()
		if err != nil {
			return nil, fmt.Errorf("no kubeconfig, and not in a pod: %w", err)
		}

		return cfg, nil
	}

	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}

	return cfg, nil
}

const kubernetesSetting = "the kubeconfig"

func kubernetesProbe(cfg *rest.Config) (probe, error) {
	if cfg == nil {
		return notConfigured, nil
	}

	client, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}

	client.CheckRedirect = noRedirects

	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("the address of Kubernetes: %w", err)
	}

	target := &url.URL{Scheme: base.Scheme, Host: base.Host, Path: strings.TrimSuffix(base.Path, "/") + "/readyz"}

	return func(ctx context.Context) error {
		got, err := get(ctx, client, target, http.Header{}, "the Kubernetes API server", kubernetesSetting)
		if err != nil {
			return err
		}

		return kubernetesFinding(got)
	}, nil
}

func kubernetesFinding(got answer) error {
	switch got.status {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return unreachable(nil, "the Kubernetes API server answers %d: check the service account, or %s", got.status, kubernetesSetting)
	}

	// One line a check: [-]etcd failed: reason withheld
	var failed []string

	for line := range strings.Lines(string(got.body)) {
		if check, found := strings.CutPrefix(line, "[-]"); found {
			name, _, _ := strings.Cut(check, " ")
			failed = append(failed, strings.TrimSpace(name))
		}
	}

	if len(failed) > 0 {
		return unreachable(errors.New(string(got.body)), "the Kubernetes API server is not ready: %s failed", strings.Join(failed, ", "))
	}

	return unreachable(nil, "the Kubernetes API server answers %d", got.status)
}
