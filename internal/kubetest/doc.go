// Package kubetest runs a real Kubernetes API server for tests: kube-apiserver over an
// etcd, each on a free port of the loopback interface, everything else in a folder that
// goes with them. RBAC and the admission plugins are on, as in any cluster. Nothing
// schedules or runs pods there: a test that wants a running one says so in its status.
//
// The test task starts one for all tests, which [Shared] finds. A test that kills its
// server has one of its own, [Own].
package kubetest
