package deploy_test

import (
	"context"
	"io"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/graph-olap/opsconsole/internal/config"
)

func TestManifestsAreOfTheirSchema(t *testing.T) {
	t.Parallel()

	for _, object := range manifests(t) {
		if kind := object.GetObjectKind().GroupVersionKind(); kind.Empty() {
			t.Errorf("%T has no kind", object)
		}
	}
}

func TestKubernetesSettingsAreAccepted(t *testing.T) {
	t.Parallel()

	variables, secrets := map[string]string{}, t.TempDir()

	for _, object := range manifests(t) {
		switch o := object.(type) {
		case *corev1.ConfigMap:
			maps.Copy(variables, o.Data)
		case *corev1.Secret:
			for name, text := range o.StringData {
				if err := os.WriteFile(filepath.Join(secrets, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}

	for name, value := range variables {
		if path, ok := strings.CutPrefix(value, "/etc/opsconsole/secrets/"); ok {
			variables[name] = filepath.Join(secrets, path)
		}
	}

	accepted(t, variables)
}

func TestSystemdSettingsAreAccepted(t *testing.T) {
	t.Parallel()

	variables := map[string]string{}

	for line := range strings.Lines(read(t, "systemd/opsconsole.env")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			variables[name] = value
		}
	}

	accepted(t, variables)
}

func TestImageSetsKnownVariables(t *testing.T) {
	t.Parallel()

	known := settings(t, map[string]string{})
	for _, name := range regexp.MustCompile(`OPSCONSOLE_\w+`).FindAllString(read(t, "Dockerfile"), -1) {
		if !slices.Contains(known, name) {
			t.Errorf("%s is no setting", name)
		}
	}
}

// accepted checks that serve starts with the variables, and knows each of them.
func accepted(t *testing.T, variables map[string]string) {
	t.Helper()

	if _, err := config.Parse(t.Context(), []string{"serve"}, machine(variables)); err != nil {
		t.Error(err)
	}

	known := settings(t, variables)
	for name := range variables {
		if !slices.Contains(known, strings.TrimSuffix(name, "_FILE")) {
			t.Errorf("%s is no setting", name)
		}
	}
}

func settings(t *testing.T, variables map[string]string) []string {
	t.Helper()

	command, err := config.Parse(t.Context(), []string{"config"}, machine(variables))
	if err != nil {
		t.Fatal(err)
	}

	var names []string
	for _, s := range command.(config.Show).Settings {
		names = append(names, s.Variable)
	}

	return names
}

func machine(variables map[string]string) config.Machine {
	return config.Machine{
		LookupEnv: func(name string) (string, bool) {
			value, ok := variables[name]

			return value, ok
		},
		LookupHost: func(context.Context, string) ([]netip.Addr, error) {
			return nil, os.ErrNotExist
		},
		Out: io.Discard,
	}
}

// manifests are the documents of the Kubernetes folder, decoded strictly.
func manifests(t *testing.T) []runtime.Object {
	t.Helper()

	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
		json.SerializerOptions{Yaml: true, Strict: true})

	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}

	var objects []runtime.Object

	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" { // not an object of the API
			continue
		}

		for document := range strings.SplitSeq(read(t, file), "\n---\n") {
			object, _, err := decoder.Decode([]byte(document), nil, nil)
			if err != nil {
				t.Errorf("%s: %v", file, err)

				continue
			}

			objects = append(objects, object)
		}
	}

	if len(objects) == 0 {
		t.Fatal("there are no manifests")
	}

	return objects
}

func read(t *testing.T, file string) string {
	t.Helper()

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// TestTheImageIsBuiltAsReproduceBuildsIt: what ./task reproduce proves is said of what is shipped.
func TestTheImageIsBuiltAsReproduceBuildsIt(t *testing.T) {
	t.Parallel()

	flags := regexp.MustCompile(`\n  RELEASE: >-\n((?:    .*\n)+)`).FindStringSubmatch(read(t, "../Taskfile.yml"))
	if flags == nil {
		t.Fatal("Taskfile.yml has no RELEASE that is folded")
	}

	// Both write the command over several lines.
	release := strings.Join(strings.Fields(flags[1]), " ")
	image := regexp.MustCompile(`\s*\\\n\s*`).ReplaceAllString(read(t, "Dockerfile"), " ")

	for _, line := range []string{
		"ENV CGO_ENABLED=0\n", "RUN go build " + strings.ReplaceAll(release, "'-ldflags=-s -w'", `-ldflags="-s -w"`) + " -o ",
		"COPY LICENSE THIRD_PARTY_NOTICES.txt ",
	} {
		if !strings.Contains(image, line) {
			t.Errorf("the Dockerfile has no line with %q", line)
		}
	}
}
