package kube_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/kube"
)

// A server that takes requests and answers none holds nobody up for long.
func TestServerThatHangs(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		// Only once it has read the request does a server notice that the client leaves.
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}

		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)

	cluster, err := kube.New(kube.Config{
		REST: &rest.Config{Host: server.URL}, Namespace: "graphs", Selector: "app=graph", Labels: map[string]string{"app": "graph"},
		Images: map[string]string{"falkordb": "i"}, Timeout: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	for name, ask := range map[string]func() error{
		"list": func() error {
			_, err := cluster.Pods(t.Context())

			return err
		},
		"get": func() error {
			_, err := cluster.HasPod(t.Context(), "p")

			return err
		},
		"create": func() error {
			_, err := cluster.CreatePod(t.Context(), request)

			return err
		},
		"delete": func() error { return cluster.DeletePod(t.Context(), jobs.Pod{Name: "p", UID: "1"}) },
		"memory": func() error {
			_, err := cluster.MemoryUsage(t.Context())

			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var away *jobs.ClusterError
			if err := ask(); !errors.As(err, &away) || away.Refused || away.Words != "the Kubernetes API server did not answer in time" {
				t.Errorf("got %v, want that the Kubernetes API server did not answer in time", err)
			}
		})
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*kube.Config){
		"a selector that is none":        func(c *kube.Config) { c.Selector = "a==b==c" },
		"a selector that finds all":      func(c *kube.Config) { c.Selector = "" },
		"a selector of what is not had":  func(c *kube.Config) { c.Selector = "!team" },
		"a selector of another value":    func(c *kube.Config) { c.Selector = "tier!=frontend" },
		"a selector of other values":     func(c *kube.Config) { c.Selector = "tier notin (web)" },
		"labels that it does not find":   func(c *kube.Config) { c.Labels = map[string]string{"app": "other"} },
		"a request that is no quantity":  func(c *kube.Config) { c.Requests = map[string]string{"cpu": "much"} },
		"a limit that is no quantity":    func(c *kube.Config) { c.Limits = map[string]string{"memory": "much"} },
		"a server whose name is no name": func(c *kube.Config) { c.REST = &rest.Config{Host: "://"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			config := kube.Config{
				REST: &rest.Config{Host: "https://127.0.0.1:1"}, Namespace: "graphs", Selector: "app=graph",
				Labels: map[string]string{"app": "graph"}, Logger: slog.New(slog.DiscardHandler),
			}
			change(&config)

			if _, err := kube.New(config); err == nil {
				t.Error("no error")
			}
		})
	}
}
