package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Cluster is where the pods of instances run: those in one namespace that a label
// selector finds. Its errors are [ClusterError]s, as far as it knows what they mean.
type Cluster interface {
	Pods(ctx context.Context) ([]Pod, error)
	// HasPod reports whether there is a pod of the name, whatever its labels.
	HasPod(ctx context.Context, name string) (bool, error)
	// CreatePod makes a pod, or finds the one that was made for the instance before.
	CreatePod(ctx context.Context, request PodRequest) (Pod, error)
	// DeletePod deletes this very pod, not a later one of its name. One that is gone
	// already is no error.
	DeletePod(ctx context.Context, pod Pod) error
}

// WatchedCluster is a Cluster that knows its pods without being asked each time.
type WatchedCluster interface {
	Cluster
	// Watch follows the pods until the context is done.
	Watch(ctx context.Context) error
	// Watched returns the pods as they were a moment ago, by name: none before they
	// are known.
	Watched() map[string]Pod
}

// ClusterError says in words for an operator what the cluster had against a request.
type ClusterError struct {
	Words string
	// Refused is true when the cluster said no: asking again helps only once somebody
	// has changed something. Else it could not answer.
	Refused bool
	Cause   error // for the log
}

func (e *ClusterError) Error() string { return e.Words }
func (e *ClusterError) Unwrap() error { return e.Cause }

// Pod is what the jobs look at of a pod.
type Pod struct {
	Name      string
	UID       string
	Phase     PodPhase
	CreatedAt time.Time
	// Ready is true for a pod that runs and answers.
	Ready bool
	// Ending is true for a pod that is being deleted.
	Ending bool
	// Controller is what made the pod and would make it anew, such as a ReplicaSet;
	// empty for pods of instances, which nothing but a [Cluster] makes.
	Controller string
	// Message says why a pod failed, or why it does not run yet, in the cluster's words.
	Message string
	// IP is empty until the pod has one.
	IP string
	// Cores and MemoryBytes are the limits of all its containers, 0 for none.
	Cores       int64
	MemoryBytes int64
}

// ended reports that the pod's program is over; nothing starts it again.
func (p Pod) ended() bool { return p.Phase == PodFailed || p.Phase == PodSucceeded }

// PodPhase is the phase of a pod, in Kubernetes' words.
type PodPhase string

// The phases that the jobs tell apart.
const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
)

// PodRequest says for which instance a pod is.
type PodRequest struct {
	Name       string
	InstanceID int64
	Slug       string
	Owner      string
	// Wrapper is the instance's wrapper_type.
	Wrapper string
	// Snapshot is the path of the snapshot to load.
	Snapshot string
	// Cores is the CPU limit that was asked for, 0 for the cluster's own.
	Cores int64
}

// InstancePod is the name of an instance's pod, a DNS label: always the same for an
// instance, so that making it twice makes one, and another for one of the same id in
// another database.
func InstancePod(id int64, slug string) string {
	const distinct = 5

	sum := sha256.Sum256([]byte(slug))

	return fmt.Sprintf("graph-%d-%s", id, hex.EncodeToString(sum[:distinct]))
}

// ErrNotMeasured is returned where nothing measures the memory of pods.
var ErrNotMeasured = errors.New("the cluster has no metrics API (metrics.k8s.io)")

// Memory tells how much memory pods use.
type Memory interface {
	// MemoryUsage returns bytes by the name of the pod, as far as it is known. An
	// error that is [ErrNotMeasured] says that nothing measures it.
	MemoryUsage(ctx context.Context) (map[string]int64, error)
}
