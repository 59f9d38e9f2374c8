package kube

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// podMetrics is a PodMetricsList of metrics.k8s.io/v1beta1, as far as it is read.
type podMetrics struct {
	Items []struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Containers []struct {
			Usage struct {
				Memory resource.Quantity `json:"memory"`
			} `json:"usage"`
		} `json:"containers"`
	} `json:"items"`
}

// MemoryUsage implements [jobs.Memory].
func (c *Cluster) MemoryUsage(ctx context.Context) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	body, err := c.pods.client.Get().
		AbsPath("/apis/metrics.k8s.io/v1beta1/namespaces", c.namespace, "pods").
		Param("labelSelector", c.selector).
		DoRaw(ctx)

	switch {
	case apierrors.IsNotFound(err):
		return nil, jobs.ErrNotMeasured
	case apierrors.IsForbidden(err):
		return nil, &jobs.ClusterError{Refused: true, Cause: err, Words: fmt.Sprintf(
			"Kubernetes does not allow it: the permission to list pods of metrics.k8s.io in the namespace %s is missing", c.namespace)}
	case err != nil:
		return nil, c.inWords(ctx, "list", err)
	}

	var list podMetrics
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("read the pods' metrics: %w", err)
	}

	usage := make(map[string]int64, len(list.Items))

	for _, pod := range list.Items {
		for _, container := range pod.Containers {
			usage[pod.Metadata.Name] += container.Usage.Memory.Value()
		}
	}

	return usage, nil
}
