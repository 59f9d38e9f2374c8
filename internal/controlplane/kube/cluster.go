package kube

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// Config says where the pods are and what they are made of.
type Config struct {
	// REST comes from a kubeconfig, or from the pod that the process runs in.
	REST      *rest.Config
	Namespace string
	// Selector finds the pods of instances, and no others.
	Selector string
	// Labels are those of every pod; the selector finds what has them.
	Labels map[string]string
	// Images are by the wrapper of the instance.
	Images map[string]string
	// Requests and Limits are quantities, such as 500m and 2Gi, by cpu and memory.
	Requests, Limits map[string]string
	// Timeout is how long one request may take; 10 s when it is 0.
	Timeout time.Duration
	Logger  *slog.Logger
}

// Cluster is a [jobs.WatchedCluster], and a [jobs.Memory] where the cluster has a
// metrics server.
type Cluster struct {
	pods      pods
	namespace string
	selector  string
	labels    map[string]string
	images    map[string]string
	resources resources
	timeout   time.Duration
	logger    *slog.Logger
	informer  cache.SharedIndexInformer
}

var (
	_ jobs.WatchedCluster = (*Cluster)(nil)
	_ jobs.Memory         = (*Cluster)(nil)
)

const timeoutDefault = 10 * time.Second

// New returns a cluster, or an error that says which setting is wrong. It asks the
// API server nothing yet.
func New(cfg Config) (*Cluster, error) {
	selector, err := labels.Parse(cfg.Selector)
	if err != nil {
		return nil, fmt.Errorf("the label selector of the pods: %w", err)
	}

	if selector.Matches(labels.Set{}) {
		return nil, fmt.Errorf("the label selector of the pods, %q, also matches pods without any labels", cfg.Selector)
	}

	if !selector.Matches(labels.Set(cfg.Labels)) {
		return nil, fmt.Errorf("pods with the labels %v are not matched by the selector %s", labels.Set(cfg.Labels), cfg.Selector)
	}

	requests, err := quantities(cfg.Requests)
	if err != nil {
		return nil, err
	}

	limits, err := quantities(cfg.Limits)
	if err != nil {
		return nil, err
	}

	pods, err := newPods(cfg.REST, cfg.Namespace)
	if err != nil {
		return nil, fmt.Errorf("connect to Kubernetes: %w", err)
	}

	c := &Cluster{
		pods: pods, namespace: cfg.Namespace, selector: cfg.Selector, labels: maps.Clone(cfg.Labels), images: maps.Clone(cfg.Images),
		resources: resources{Requests: requests, Limits: limits},
		timeout:   cmp.Or(cfg.Timeout, timeoutDefault), logger: cfg.Logger,
	}

	return c, c.prepareWatch()
}

func quantities(texts map[string]string) (map[string]resource.Quantity, error) {
	list := map[string]resource.Quantity{}

	for name, text := range texts {
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", name, text, err)
		}

		list[name] = quantity
	}

	return list, nil
}

const podsPerPage = 500

// Pods implements [jobs.Cluster].
func (c *Cluster) Pods(ctx context.Context) ([]jobs.Pod, error) {
	var pods []jobs.Pod

	options := metav1.ListOptions{LabelSelector: c.selector, Limit: podsPerPage}

	for {
		page, err := c.page(ctx, options)
		if err != nil {
			return nil, err
		}

		for i := range page.Items {
			pods = append(pods, podFrom(&page.Items[i]))
		}

		if page.Continue == "" {
			return pods, nil
		}

		options.Continue = page.Continue
	}
}

func (c *Cluster) page(ctx context.Context, options metav1.ListOptions) (*PodList, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	page, err := c.pods.list(ctx, options)

	return page, c.inWords(ctx, "list", err)
}

// HasPod implements [jobs.Cluster].
func (c *Cluster) HasPod(ctx context.Context, name string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	_, err := c.pods.get(ctx, name)
	if apierrors.IsNotFound(err) {
		return false, nil
	}

	return err == nil, c.inWords(ctx, "get", err)
}

// CreatePod implements [jobs.Cluster].
func (c *Cluster) CreatePod(ctx context.Context, request jobs.PodRequest) (jobs.Pod, error) {
	pod, err := c.pod(request)
	if err != nil {
		return jobs.Pod{}, err
	}

	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	made, err := c.pods.create(ctx, pod)
	if !apierrors.IsAlreadyExists(err) {
		if err != nil {
			return jobs.Pod{}, c.inWords(ctx, "create", err)
		}

		return podFrom(made), nil
	}

	made, err = c.pods.get(ctx, request.Name)

	switch {
	case err != nil:
		return jobs.Pod{}, c.inWords(ctx, "get", err)
	case made.Labels[instanceLabel] != pod.Labels[instanceLabel] || made.Annotations[slugAnnotation] != request.Slug:
		return jobs.Pod{}, &jobs.ClusterError{Refused: true, Words: fmt.Sprintf(
			"a pod %s that is not the instance's already exists in the namespace %s; it is left alone", request.Name, c.namespace)}
	case made.DeletionTimestamp != nil:
		return jobs.Pod{}, &jobs.ClusterError{Refused: true, Words: "the instance's previous pod is still terminating"}
	default:
		return podFrom(made), nil
	}
}

// DeletePod implements [jobs.Cluster].
func (c *Cluster) DeletePod(ctx context.Context, pod jobs.Pod) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	err := c.pods.remove(ctx, pod.Name, types.UID(pod.UID))
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // gone, or another pod of the name by now
	}

	return c.inWords(ctx, "delete", err)
}
