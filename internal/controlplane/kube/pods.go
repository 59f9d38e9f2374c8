package kube

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// pods asks the API server for the pods of one namespace: what the typed clientset does,
// which would bring every other resource of Kubernetes into the program.
type pods struct {
	client    rest.Interface
	namespace string
	// parameters writes options into the query of a request.
	parameters runtime.ParameterCodec
}

// How many requests a second, and at once, the API server gets from us.
const (
	requestsPerSecond = 50
	requestsAtOnce    = 100
)

func newPods(to *rest.Config, namespace string) (pods, error) {
	version := schema.GroupVersion{Version: "v1"}
	scheme := runtime.NewScheme()
	scheme.AddKnownTypes(version, new(Pod), new(PodList), new(metav1.Status))
	metav1.AddToGroupVersion(scheme, version)

	config := rest.CopyConfig(to)
	config.QPS, config.Burst = requestsPerSecond, requestsAtOnce
	config.APIPath, config.GroupVersion = "/api", &version
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()

	if config.UserAgent == "" {
		config.UserAgent = rest.DefaultKubernetesUserAgent()
	}

	client, err := rest.RESTClientFor(config)

	return pods{client: client, namespace: namespace, parameters: runtime.NewParameterCodec(scheme)}, err
}

func (p pods) list(ctx context.Context, options metav1.ListOptions) (*PodList, error) {
	list := new(PodList)

	return list, p.query(options).Do(ctx).Into(list)
}

func (p pods) query(options metav1.ListOptions) *rest.Request {
	request := p.of(p.client.Get()).VersionedParams(&options, p.parameters)
	if options.TimeoutSeconds != nil {
		request.Timeout(time.Duration(*options.TimeoutSeconds) * time.Second)
	}

	return request
}

func (p pods) get(ctx context.Context, name string) (*Pod, error) {
	pod := new(Pod)

	return pod, p.of(p.client.Get()).Name(name).Do(ctx).Into(pod)
}

func (p pods) create(ctx context.Context, pod *Pod) (*Pod, error) {
	made := new(Pod)

	return made, p.of(p.client.Post()).Body(pod).Do(ctx).Into(made)
}

// remove deletes a pod, unless it is another of the same name by now: that is a conflict.
func (p pods) remove(ctx context.Context, name string, uid types.UID) error {
	return p.of(p.client.Delete()).Name(name).Body(&metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}).Do(ctx).Error()
}

func (p pods) of(request *rest.Request) *rest.Request {
	return request.Namespace(p.namespace).Resource("pods")
}

// source is what a reflector lists and then watches: the pods that a selector finds.
func (p pods) source(selector string) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.LabelSelector = selector

			return p.list(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.LabelSelector, options.Watch = selector, true

			return p.query(options).Watch(ctx)
		},
	}
}
