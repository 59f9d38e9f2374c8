package jobs

import (
	"context"
	"time"
)

// Cluster is where the pods of instances run: those in one namespace that a label
// selector finds.
type Cluster interface {
	Pods(ctx context.Context) ([]Pod, error)
	// HasPod reports whether there is a pod of the name, whatever its labels.
	HasPod(ctx context.Context, name string) (bool, error)
	// DeletePod deletes this very pod, not a later one of its name. One that is gone
	// already is no error.
	DeletePod(ctx context.Context, pod Pod) error
}

// Pod is what the jobs look at of a pod.
type Pod struct {
	Name      string
	UID       string
	Phase     PodPhase
	CreatedAt time.Time
	// Ending is true for a pod that is being deleted.
	Ending bool
	// Message says why a pod failed, in the cluster's words.
	Message string
}

// PodPhase is the phase of a pod, in Kubernetes' words.
type PodPhase string

// The phases that the jobs tell apart.
const (
	PodPending PodPhase = "Pending"
	PodRunning PodPhase = "Running"
	PodFailed  PodPhase = "Failed"
)

// Memory tells how much memory pods use.
type Memory interface {
	// MemoryUsage returns bytes by the name of the pod, as far as it is known. An
	// error that is [ErrNotMeasured] says that nothing measures it.
	MemoryUsage(ctx context.Context) (map[string]int64, error)
}
