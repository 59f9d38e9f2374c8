package kube

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Pod is a pod of Kubernetes' core/v1, with the members that are written and read here. That package would bring the
// generated code of every kind into the program.
type Pod struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   podSpec   `json:"spec"`
	Status podStatus `json:"status,omitzero"`
}

// PodList is a page of pods.
type PodList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`

	Items []Pod `json:"items"`
}

type podSpec struct {
	Containers                   []container         `json:"containers"`
	RestartPolicy                string              `json:"restartPolicy,omitempty"`
	AutomountServiceAccountToken *bool               `json:"automountServiceAccountToken,omitempty"`
	EnableServiceLinks           *bool               `json:"enableServiceLinks,omitempty"`
	SecurityContext              *podSecurityContext `json:"securityContext,omitempty"`
}

type podSecurityContext struct {
	RunAsNonRoot   *bool           `json:"runAsNonRoot,omitempty"`
	SeccompProfile *seccompProfile `json:"seccompProfile,omitempty"`
}

type seccompProfile struct {
	Type string `json:"type"`
}

type container struct {
	Name            string           `json:"name"`
	Image           string           `json:"image,omitempty"`
	Env             []envVar         `json:"env,omitempty"`
	Resources       resources        `json:"resources,omitzero"`
	SecurityContext *securityContext `json:"securityContext,omitempty"`
}

type envVar struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

type securityContext struct {
	AllowPrivilegeEscalation *bool         `json:"allowPrivilegeEscalation,omitempty"`
	Capabilities             *capabilities `json:"capabilities,omitempty"`
}

type capabilities struct {
	Drop []string `json:"drop,omitempty"`
}

// Names of resources.
const (
	cpu    = "cpu"
	memory = "memory"
)

// resources are quantities by the name of what is measured.
type resources struct {
	Limits   map[string]resource.Quantity `json:"limits,omitempty"`
	Requests map[string]resource.Quantity `json:"requests,omitempty"`
}

// limit is a limit in whole units, rounded up; 0 for none.
func (r resources) limit(name string) int64 {
	quantity := r.Limits[name]

	return quantity.Value()
}

func (r resources) clone() resources {
	return resources{Limits: maps.Clone(r.Limits), Requests: maps.Clone(r.Requests)}
}

// Phases, conditions and policies as Kubernetes writes them.
const (
	phaseRunning     = "Running"
	conditionReady   = "Ready"
	conditionPlaced  = "PodScheduled"
	conditionTrue    = "True"
	conditionFalse   = "False"
	restartNever     = "Never"
	seccompOfRuntime = "RuntimeDefault"
)

type podStatus struct {
	Phase             string            `json:"phase,omitempty"`
	Conditions        []podCondition    `json:"conditions,omitempty"`
	Message           string            `json:"message,omitempty"`
	Reason            string            `json:"reason,omitempty"`
	PodIP             string            `json:"podIP,omitempty"`
	ContainerStatuses []containerStatus `json:"containerStatuses,omitempty"`
}

type podCondition struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

type containerStatus struct {
	State containerState `json:"state,omitzero"`
}

type containerState struct {
	Waiting    *stateReason `json:"waiting,omitempty"`
	Terminated *stateReason `json:"terminated,omitempty"`
}

type stateReason struct {
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// DeepCopyObject implements [runtime.Object]. What is pointed at is never written to, and is shared.
func (p *Pod) DeepCopyObject() runtime.Object { //nolint:ireturn // Kubernetes asks for its interface
	clone := *p
	p.DeepCopyInto(&clone.ObjectMeta)
	clone.Spec.Containers = slices.Clone(p.Spec.Containers)

	for i := range clone.Spec.Containers {
		clone.Spec.Containers[i].Resources = clone.Spec.Containers[i].Resources.clone()
	}

	clone.Status.Conditions = slices.Clone(p.Status.Conditions)
	clone.Status.ContainerStatuses = slices.Clone(p.Status.ContainerStatuses)

	return &clone
}

// DeepCopyObject implements [runtime.Object].
func (l *PodList) DeepCopyObject() runtime.Object { //nolint:ireturn // likewise
	clone := *l
	l.DeepCopyInto(&clone.ListMeta)
	clone.Items = make([]Pod, len(l.Items))

	for i := range l.Items {
		if pod, ok := l.Items[i].DeepCopyObject().(*Pod); ok {
			clone.Items[i] = *pod
		}
	}

	return &clone
}
