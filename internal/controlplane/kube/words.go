package kube

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// inWords puts what the API server has against a request for pods into words; verb is
// what was asked, as RBAC calls it. What the server itself says of pods, their limits
// and its policies is passed on: it is meant for whoever asked. What a connection says
// is not, it stays the cause.
func (c *Cluster) inWords(ctx context.Context, verb string, err error) error {
	if err == nil {
		return nil
	}

	refused := func(format string, args ...any) error {
		return &jobs.ClusterError{Refused: true, Words: fmt.Sprintf(format, args...), Cause: err}
	}
	away := func(words string) error { return &jobs.ClusterError{Words: words, Cause: err} }

	said := status(err)

	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return away("the Kubernetes API server did not answer in time")
	case ctx.Err() != nil:
		return err
	case apierrors.IsUnauthorized(err):
		return away("Kubernetes does not know who is asking: check the service account, or the kubeconfig")
	case apierrors.IsForbidden(err) && strings.Contains(said, " cannot "+verb+" resource "):
		return refused("Kubernetes does not allow it: the permission to %s pods in the namespace %s is missing", verb, c.namespace)
	case apierrors.IsNotFound(err) && strings.HasPrefix(said, "namespaces "):
		return refused("there is no namespace %s in the cluster", c.namespace)
	case apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsServiceUnavailable(err):
		return away("the Kubernetes API server is too busy to answer")
	case apierrors.IsInternalError(err):
		return away("the Kubernetes API server failed to answer; the log has the cause")
	case said != "":
		return refused("Kubernetes refuses to %s the pod: %s", verb, ops.Shorten(said, maxSaid))
	default:
		return away("the Kubernetes API server cannot be reached; the log has the cause")
	}
}

// status is what the server says in its answer, "" where there is none.
func status(err error) string {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) {
		return ""
	}

	if s := answer.Status(); s.Reason != metav1.StatusReasonUnknown {
		return s.Message
	}

	return ""
}
