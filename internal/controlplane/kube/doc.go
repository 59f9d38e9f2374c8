// Package kube is a Kubernetes cluster as the jobs of the control plane need it: the
// pods of one namespace that a label selector finds. It makes the pods of instances,
// watches and deletes them, and puts what the API server says against it into words.
//
// A pod is for one instance, says so in its labels, and is never started again: what
// becomes of it becomes of the instance. It runs under the restricted pod security
// standard, without a token of a service account, and within limits.
package kube
