package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// ErrNotMeasured is returned where nothing measures the memory of pods.
var ErrNotMeasured = errors.New("the cluster has no metrics API (metrics.k8s.io)")

// Kubernetes is a [Cluster], and a [Memory] where the cluster has a metrics server.
type Kubernetes struct {
	client    kubernetes.Interface
	namespace string
	selector  string
}

// NewKubernetes looks at the pods that the label selector finds in the namespace.
func NewKubernetes(client kubernetes.Interface, namespace, selector string) *Kubernetes {
	return &Kubernetes{client: client, namespace: namespace, selector: selector}
}

const podsPerPage = 500

// Pods implements [Cluster].
func (k *Kubernetes) Pods(ctx context.Context) ([]Pod, error) {
	var pods []Pod

	options := metav1.ListOptions{LabelSelector: k.selector, Limit: podsPerPage}

	for {
		page, err := k.client.CoreV1().Pods(k.namespace).List(ctx, options)
		if err != nil {
			return nil, fmt.Errorf("list the pods: %w", err)
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

func podFrom(p *corev1.Pod) Pod {
	pod := Pod{
		Name: p.Name, UID: string(p.UID), Phase: PodPhase(p.Status.Phase), CreatedAt: p.CreationTimestamp.Time,
		Ending: p.DeletionTimestamp != nil, Message: cmp.Or(p.Status.Message, p.Status.Reason),
	}

	for i := range p.Status.ContainerStatuses {
		if ended := p.Status.ContainerStatuses[i].State.Terminated; pod.Message == "" && ended != nil {
			pod.Message = cmp.Or(ended.Message, ended.Reason)
		}
	}

	return pod
}

// HasPod implements [Cluster].
func (k *Kubernetes) HasPod(ctx context.Context, name string) (bool, error) {
	_, err := k.client.CoreV1().Pods(k.namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}

	return err == nil, err
}

// DeletePod implements [Cluster].
func (k *Kubernetes) DeletePod(ctx context.Context, pod Pod) error {
	uid := types.UID(pod.UID)

	err := k.client.CoreV1().Pods(k.namespace).Delete(ctx, pod.Name,
		metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // gone, or another pod of the name by now
	}

	return err
}

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

// MemoryUsage implements [Memory].
func (k *Kubernetes) MemoryUsage(ctx context.Context) (map[string]int64, error) {
	body, err := k.client.CoreV1().RESTClient().Get().
		AbsPath("/apis/metrics.k8s.io/v1beta1/namespaces", k.namespace, "pods").
		Param("labelSelector", k.selector).
		DoRaw(ctx)

	switch {
	case apierrors.IsNotFound(err):
		return nil, ErrNotMeasured
	case err != nil:
		return nil, fmt.Errorf("read the pods' metrics: %w", err)
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
