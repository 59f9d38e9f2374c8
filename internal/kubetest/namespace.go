package kubetest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Namespace is one of a test's own, where the restricted pod security standard holds.
type Namespace struct {
	Name       string
	Kubeconfig string
	// Admin may do everything.
	Admin *kubernetes.Clientset
}

// NewNamespace makes a namespace.
func NewNamespace(tb testing.TB, kubeconfig string) *Namespace {
	tb.Helper()

	admin, err := kubernetes.NewForConfig(REST(tb, kubeconfig, Administrator))
	if err != nil {
		tb.Fatal(err)
	}

	n := &Namespace{Name: "graphs-" + strings.ToLower(ulid.Make().String()), Kubeconfig: kubeconfig, Admin: admin}

	if _, err := admin.CoreV1().Namespaces().Create(tb.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: n.Name, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}, metav1.CreateOptions{}); err != nil {
		tb.Fatal(err)
	}

	return n
}

// REST is how the user reaches the server.
func REST(tb testing.TB, kubeconfig, user string) *rest.Config {
	tb.Helper()

	config, err := clientcmd.BuildConfigFromFlags("", As(tb, kubeconfig, user))
	if err != nil {
		tb.Fatal(err)
	}

	return config
}

// Grant gives the console, in this namespace, what the roles and bindings of a manifest
// give, but for some verbs.
func (n *Namespace) Grant(tb testing.TB, manifest string, without ...string) {
	tb.Helper()

	text, err := os.ReadFile(manifest)
	if err != nil {
		tb.Fatal(err)
	}

	for document := range strings.SplitSeq(string(text), "\n---\n") {
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode([]byte(document), nil, nil)
		if err != nil {
			tb.Fatal(err)
		}

		switch o := object.(type) {
		case *rbacv1.Role:
			for i := range o.Rules {
				o.Rules[i].Verbs = slices.DeleteFunc(o.Rules[i].Verbs, func(verb string) bool { return slices.Contains(without, verb) })
			}

			o.Namespace = n.Name
			_, err = n.Admin.RbacV1().Roles(n.Name).Create(tb.Context(), o, metav1.CreateOptions{})
		case *rbacv1.RoleBinding:
			o.Namespace = n.Name
			o.Subjects = []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: Console}}
			_, err = n.Admin.RbacV1().RoleBindings(n.Name).Create(tb.Context(), o, metav1.CreateOptions{})
		}

		if err != nil {
			tb.Fatal(err)
		}
	}
}

// Pod reads a pod.
func (n *Namespace) Pod(tb testing.TB, name string) *corev1.Pod {
	tb.Helper()

	pod, err := n.Admin.CoreV1().Pods(n.Name).Get(tb.Context(), name, metav1.GetOptions{})
	if err != nil {
		tb.Fatal(err)
	}

	return pod
}

// Pods names all that are there, in order.
func (n *Namespace) Pods(tb testing.TB) []string {
	tb.Helper()

	list, err := n.Admin.CoreV1().Pods(n.Name).List(tb.Context(), metav1.ListOptions{})
	if err != nil {
		tb.Fatal(err)
	}

	names := []string{}
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}

	slices.Sort(names)

	return names
}

// Report writes a pod's status, as its kubelet would.
func (n *Namespace) Report(tb testing.TB, name string, status corev1.PodStatus) {
	tb.Helper()

	pod := n.Pod(tb, name)
	pod.Status = status

	if _, err := n.Admin.CoreV1().Pods(n.Name).UpdateStatus(tb.Context(), pod, metav1.UpdateOptions{}); err != nil {
		tb.Fatal(err)
	}
}

// Running is the status of a pod that answers.
func Running(ip string) corev1.PodStatus {
	return corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
}

// Stranger makes a pod that the console has not made.
func (n *Namespace) Stranger(tb testing.TB, name string, labels map[string]string) {
	tb.Helper()

	no, yes := false, true

	_, err := n.Admin.CoreV1().Pods(n.Name).Create(tb.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec: corev1.PodSpec{
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: &yes, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{Name: "c", Image: "i", SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: &no, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			}}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		tb.Fatal(err)
	}
}

// Patience is how long a test waits for what has to come.
const Patience = time.Minute

// Eventually waits until the condition holds.
func Eventually(tb testing.TB, what string, condition func() bool) {
	tb.Helper()

	deadline, tick := time.After(Patience), time.NewTicker(pollEvery)
	defer tick.Stop()

	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("not within %s: %s", Patience, what)
		}
	}
}
