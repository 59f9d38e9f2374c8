package kube

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// What the pods of instances are told by, beside the labels of the configuration.
const (
	managedByLabel  = "app.kubernetes.io/managed-by"
	managedBy       = "opsconsole"
	instanceLabel   = "opsconsole/instance"
	wrapperLabel    = "opsconsole/wrapper"
	slugAnnotation  = "opsconsole/slug"
	ownerAnnotation = "opsconsole/owner"
)

const containerName = "graph"

// pod is what is asked for. The image decides which user it runs as, as long as that
// is not root.
func (c *Cluster) pod(request jobs.PodRequest) (*Pod, error) {
	image := c.images[request.Wrapper]
	if image == "" {
		return nil, &jobs.ClusterError{Refused: true, Words: fmt.Sprintf(
			"no image is configured for %s: add it to --kubernetes-image", request.Wrapper)}
	}

	id := strconv.FormatInt(request.InstanceID, 10)
	labels := map[string]string{managedByLabel: managedBy}
	maps.Copy(labels, c.labels)
	maps.Copy(labels, map[string]string{instanceLabel: id, wrapperLabel: request.Wrapper})

	no, yes := false, true

	return &Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: request.Name, Labels: labels,
			Annotations: map[string]string{slugAnnotation: request.Slug, ownerAnnotation: request.Owner},
		},
		Spec: podSpec{
			// The end of the program is the end of the instance.
			RestartPolicy:                restartNever,
			AutomountServiceAccountToken: &no,
			EnableServiceLinks:           &no,
			SecurityContext: &podSecurityContext{
				RunAsNonRoot:   &yes,
				SeccompProfile: &seccompProfile{Type: seccompOfRuntime},
			},
			Containers: []container{{
				Name: containerName, Image: image, Resources: c.resourcesOf(request),
				Env: []envVar{
					{Name: "GRAPH_OLAP_INSTANCE_ID", Value: id},
					{Name: "GRAPH_OLAP_INSTANCE_SLUG", Value: request.Slug},
					{Name: "GRAPH_OLAP_INSTANCE_OWNER", Value: request.Owner},
					{Name: "GRAPH_OLAP_WRAPPER_TYPE", Value: request.Wrapper},
					{Name: "GRAPH_OLAP_SNAPSHOT_PATH", Value: request.Snapshot},
				},
				SecurityContext: &securityContext{
					AllowPrivilegeEscalation: &no,
					Capabilities:             &capabilities{Drop: []string{"ALL"}},
				},
			}},
		},
	}, nil
}

// resourcesOf are the configured ones, but for the cores that were asked for: no more than these are
// requested, for Kubernetes refuses a request above the limit.
func (c *Cluster) resourcesOf(request jobs.PodRequest) resources {
	of := c.resources.clone()
	if request.Cores == 0 || of.limit(cpu) == request.Cores { // which may be a part of a core, rounded up
		return of
	}

	cores := *resource.NewQuantity(request.Cores, resource.DecimalSI)

	if of.Limits == nil {
		of.Limits = map[string]resource.Quantity{}
	}

	of.Limits[cpu] = cores

	if requested, ok := of.Requests[cpu]; ok && requested.Cmp(cores) > 0 {
		of.Requests[cpu] = cores
	}

	return of
}

// podFrom reads what the jobs look at.
func podFrom(p *Pod) jobs.Pod {
	pod := jobs.Pod{
		Name: p.Name, UID: string(p.UID), Phase: jobs.PodPhase(p.Status.Phase), CreatedAt: p.CreationTimestamp.Time,
		Ready: p.Status.Phase == phaseRunning && isReady(p), Ending: p.DeletionTimestamp != nil,
		Message: message(p), IP: p.Status.PodIP,
	}

	if owner := metav1.GetControllerOfNoCopy(p); owner != nil {
		pod.Controller = owner.Kind + " " + owner.Name
	}

	for i := range p.Spec.Containers {
		pod.Cores += p.Spec.Containers[i].Resources.limit(cpu)
		pod.MemoryBytes += p.Spec.Containers[i].Resources.limit(memory)
	}

	return pod
}

func isReady(p *Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c podCondition) bool {
		return c.Type == conditionReady && c.Status == conditionTrue
	})
}

// message is why the pod does not run: of what is known the most telling.
func message(p *Pod) string {
	said := cmp.Or(p.Status.Message, p.Status.Reason)

	for i := range p.Status.ContainerStatuses {
		state := p.Status.ContainerStatuses[i].State

		if ended := state.Terminated; said == "" && ended != nil {
			said = cmp.Or(ended.Message, ended.Reason)
			if ended.Reason == outOfMemory {
				said = join(ended.Reason, ended.Message)
			}
		}

		if waits := state.Waiting; said == "" && waits != nil && !onItsWay(waits.Reason) {
			said = join(waits.Reason, waits.Message)
		}
	}

	for i := range p.Status.Conditions {
		condition := p.Status.Conditions[i]
		if said == "" && condition.Type == conditionPlaced && condition.Status == conditionFalse {
			said = join(condition.Reason, condition.Message)
		}
	}

	return ops.Shorten(said, maxSaid)
}

// outOfMemory is why a container ended that used more memory than it may: the jobs tell it from others.
const outOfMemory = "OOMKilled"

// onItsWay reports that a container waits for nothing out of the ordinary.
func onItsWay(reason string) bool {
	return reason == "ContainerCreating" || reason == "PodInitializing"
}

func join(reason, message string) string {
	if reason == "" || message == "" {
		return reason + message
	}

	return reason + ": " + message
}

// maxSaid bounds what others say, in characters: it is stored, and shown in a line.
const maxSaid = 500
