package config

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Wrappers are the kinds of graph databases that instances run.
func Wrappers() []string { return []string{"ryugraph", "falkordb"} }

// ownLabels begins the labels that the control plane tells its pods by.
const ownLabels = "opsconsole/"

func (r *reader) kubernetes(f embeddedFlags) *Kubernetes {
	inCluster := r.parseBool(f.KubernetesInCluster)

	switch kubeconfig := f.Kubeconfig.text != ""; {
	case !inCluster && !kubeconfig:
		return nil
	case inCluster && kubeconfig:
		r.badf(f.Kubeconfig, "is given together with --kubernetes-in-cluster; choose one")
	}

	k := &Kubernetes{
		Kubeconfig: f.Kubeconfig.text,
		Namespace:  r.required(f.KubernetesNamespace, "give the namespace of the instances' pods"),
		// Without one every pod of the namespace would be taken for an orphan, and deleted.
		Selector: r.required(f.KubernetesSelector, "give the label selector of the instances' pods, such as app=graph-instance"),
		Images:   r.images(&f.KubernetesImage),
		Requests: r.quantities(&f.KubernetesRequests),
		Limits:   r.quantities(&f.KubernetesLimits),
	}

	if r.ok(f.KubernetesNamespace) && len(validation.IsDNS1123Label(k.Namespace)) > 0 {
		r.badf(f.KubernetesNamespace, "is %q, which is not a valid namespace name", k.Namespace)
	}

	k.Labels = r.labels(&f.KubernetesLabels, f.KubernetesSelector)

	for name, limit := range k.Limits {
		if request := k.Requests[name]; r.ok(f.KubernetesLimits.setting) && more(request, limit) {
			r.badf(f.KubernetesRequests.setting, "has %s=%s, more than --kubernetes-limits allows, %s", name, request, limit)
		}
	}

	// A graph lives in memory: without a limit one could take all that its machine has.
	if k.Limits["memory"] == "" {
		r.badf(f.KubernetesLimits.setting, "does not limit memory; add one such as memory=4Gi")
	}

	return k
}

// labels are those that the selector asks for and those that are given beside. They
// must be such that the selector finds a pod that has them.
func (r *reader) labels(more *list, s setting) map[string]string {
	found := map[string]string{}

	selector, err := labels.Parse(s.text)
	if err != nil {
		r.badf(s, "is %q, which is not a label selector; write one such as app=graph-instance", s.text)

		return found
	}

	// A pod that nobody labelled is nobody's instance. A selector that only says what a
	// pod must not have finds it, and most of what else runs there.
	if r.ok(s) && selector.Matches(labels.Set{}) {
		r.badf(s, "is %q, which also matches pods without labels; require a label that the instances' pods have, "+
			"such as app=graph-instance", s.text)

		return found
	}

	requirements, _ := selector.Requirements()
	for _, requirement := range requirements {
		switch values := requirement.ValuesUnsorted(); requirement.Operator() {
		case selection.Equals, selection.DoubleEquals, selection.In:
			if len(values) == 1 {
				found[requirement.Key()] = values[0]
			}
		case selection.NotEquals, selection.NotIn, selection.Exists, selection.DoesNotExist, selection.GreaterThan, selection.LessThan:
		}
	}

	for _, item := range more.items() {
		name, value, ok := strings.Cut(item, "=")
		wrong := slices.Concat(validation.IsQualifiedName(name), validation.IsValidLabelValue(value))

		if !ok || len(wrong) > 0 || strings.HasPrefix(name, ownLabels) {
			r.badf(more.setting, "has %q; write NAME=VALUE, such as team=graph, with a name that does not begin with %s", item, ownLabels)

			continue
		}

		found[name] = value
	}

	if r.ok(s) && r.ok(more.setting) && !selector.Matches(labels.Set(found)) {
		r.badf(more.setting, "and --kubernetes-selector do not give the pods labels that match %s; "+
			"the pods would not be found again", s.text)
	}

	return found
}

// images reads one image for every wrapper, or one for each.
func (r *reader) images(l *list) map[string]string {
	images := map[string]string{}

	for _, item := range l.items() {
		wrapper, image, one := strings.Cut(item, "=")

		switch {
		case !one:
			for _, wrapper := range Wrappers() {
				images[wrapper] = item
			}
		case !slices.Contains(Wrappers(), wrapper) || image == "":
			r.badf(l.setting, "has %q; write IMAGE, or WRAPPER=IMAGE with one of %s", item, strings.Join(Wrappers(), ", "))
		default:
			images[wrapper] = image
		}
	}

	for _, wrapper := range Wrappers() {
		if images[wrapper] == "" {
			r.badf(l.setting, "has no image for %s; the instances' pods need one", wrapper)
		}
	}

	return images
}

// quantities reads amounts of cpu and memory.
func (r *reader) quantities(l *list) map[string]string {
	found := map[string]string{}

	for _, item := range l.items() {
		name, text, _ := strings.Cut(item, "=")
		quantity, err := resource.ParseQuantity(text)

		if name != "cpu" && name != "memory" || err != nil || quantity.Sign() <= 0 {
			r.badf(l.setting, "has %q; write cpu=QUANTITY or memory=QUANTITY, such as cpu=500m,memory=2Gi", item)

			continue
		}

		found[name] = text
	}

	return found
}

// more reports that one quantity is more than another, as far as both can be read.
func more(one, other string) bool {
	a, errA := resource.ParseQuantity(one)
	b, errB := resource.ParseQuantity(other)

	return errA == nil && errB == nil && a.Cmp(b) > 0
}
