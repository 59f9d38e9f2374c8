package templates_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

const static = "../static/"

// fileAddress finds the addresses of static files in a page.
var fileAddress = regexp.MustCompile(`/static/([\w.-]+)\?v=(\w+)`)

func TestAssetsAreNamedByTheirContent(t *testing.T) {
	t.Parallel()

	for _, address := range []string{components.StylesheetURL, components.ScriptURL, components.WindowFormScriptURL, components.PaletteScriptURL, components.MomentFieldsScriptURL, components.ChartsScriptURL, components.ScrubberScriptURL, components.FaviconURL, iconAddress(t)} {
		match := fileAddress.FindStringSubmatch(address)
		if match == nil {
			t.Fatalf("%s is not the address of a file with a hash", address)
		}

		sum := sha256.Sum256(read(t, match[1]))
		if got := hex.EncodeToString(sum[:])[:12]; got != match[2] {
			t.Errorf("%s has %s in its address but %s in it: build the assets", match[1], match[2], got)
		}
	}
}

func TestTheFirstPageIsLight(t *testing.T) {
	t.Parallel()

	const (
		mostBytes    = 50 << 10
		mostRequests = 7
	)

	page := draw(t, platform.OverviewPage(realShell(), realOverview()))
	total := compressed(t, []byte(page))
	t.Logf("the page: %d bytes", total)

	files := map[string]bool{}
	for _, match := range fileAddress.FindAllStringSubmatch(page, -1) {
		files[match[1]] = true
	}

	for name := range files {
		n := compressed(t, read(t, name))
		t.Logf("%s: %d bytes", name, n)
		total += n
	}

	if total > mostBytes {
		t.Errorf("the first page weighs %d bytes, at most %d are allowed", total, mostBytes)
	}

	// The page itself, and its events.
	if requests := len(files) + 2; requests > mostRequests {
		t.Errorf("the first page takes %d requests, at most %d are allowed", requests, mostRequests)
	}
}

func TestTheSpriteHasTheIconsThatAreUsed(t *testing.T) {
	t.Parallel()

	sprite := string(read(t, "icons.svg"))
	drawn := map[string]bool{}
	use := regexp.MustCompile(`icons\.svg\?v=\w+#([\w-]+)`)

	for _, page := range pages() {
		for _, match := range use.FindAllStringSubmatch(draw(t, page), -1) {
			drawn[match[1]] = true
		}
	}

	if len(drawn) == 0 {
		t.Fatal("no page draws an icon")
	}

	for name := range drawn {
		if !strings.Contains(sprite, `<symbol id="`+name+`"`) {
			t.Errorf("the sprite has no %s", name)
		}
	}

	sources, err := filepath.Glob("*/*.templ")
	if err != nil {
		t.Fatal(err)
	}

	var text strings.Builder

	for _, name := range append(sources, "shell/nav.go") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		text.Write(data)
	}

	for _, match := range regexp.MustCompile(`<symbol id="([\w-]+)"`).FindAllStringSubmatch(sprite, -1) {
		name := regexp.MustCompile(`(^|-)\w`).ReplaceAllStringFunc(match[1], func(s string) string {
			return strings.ToUpper(strings.TrimPrefix(s, "-"))
		})
		if !regexp.MustCompile(`\bIcon` + name + `\b`).MatchString(text.String()) {
			t.Errorf("no template uses %s: take it out of assets/icons.json", match[1])
		}
	}
}

func TestBundledLicencesAreThere(t *testing.T) {
	t.Parallel()

	text := string(read(t, "LICENSES.txt"))
	for _, name := range []string{"htmx.org", "basecoat-css", "tailwindcss", "lucide-static"} {
		if !strings.Contains(text, name) {
			t.Errorf("the licence of %s is not there", name)
		}
	}
}

func iconAddress(t *testing.T) string {
	t.Helper()

	return fileAddress.FindString(draw(t, components.IconSun.Draw()))
}

func read(t *testing.T, name string) []byte {
	t.Helper()

	data, err := os.ReadFile(static + name)
	if err != nil {
		t.Fatal(err)
	}

	return data
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()

	var out bytes.Buffer

	// The default is what a server takes.
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}

	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	return out.Len()
}

// realShell and realOverview are as an operator sees them on a bad day, at full size.
func realShell() shell.Shell {
	return shell.Shell{
		Page: "overview", Title: "Overview", Path: "/", Environment: shell.Environment{Name: "production", Color: shell.Red},
		Now: now, Fresh: fresh(), Events: "/events?page=overview",
	}
}

func realOverview() platform.Overview {
	v := platform.Overview{Freshness: fresh(), Overall: components.Line{State: components.Bad, Text: "starburst has been unreachable for 12 min"}}
	for range 5 {
		v.Attention = append(v.Attention, components.Line{State: components.Bad, Text: "A job has failed three times in a row", URL: "/jobs"})
	}

	v.Health = &platform.OverviewHealth{}
	for _, name := range []string{ops.ComponentDatabase, ops.ComponentKubernetes, ops.ComponentStarburst} {
		v.Health.Components = append(v.Health.Components, platform.Component{Name: name, Status: ops.ComponentSlow, LatencyMS: new(812.0)})
	}

	used := make(monitor.Series, 720)
	for i := range used {
		used[i] = monitor.Point{At: now.Add(time.Duration(i-len(used)) * 5 * time.Second), Value: new(float64(30 + i*7919%23))}
	}

	v.Capacity = &platform.OverviewCapacity{Limits: ops.Limits{PerAnalyst: 5, ClusterTotal: 50, ClusterUsed: 47, ClusterAvailable: 3}, Used: used}
	v.Exports = &platform.OverviewExports{ByStatus: map[ops.ExportJobStatus]int{ops.ExportFailed: 4}, Stuck: 2}

	for _, name := range []ops.JobName{
		ops.JobReconciliation, ops.JobLifecycle, ops.JobExportReconciliation, ops.JobSchemaCache, ops.JobInstanceOrchestration, ops.JobResourceMonitor,
	} {
		v.Jobs = append(v.Jobs, platform.Job{
			Name: name, State: components.Line{State: components.OK, Text: "Healthy"}, LastSuccess: ago(time.Minute), NextRun: ago(-time.Minute),
		})
	}

	for i := range int64(10) {
		v.Changes = append(v.Changes, changes.Change{
			ID: i, Section: ops.SectionConcurrency, At: now.Add(-time.Duration(i) * time.Hour), Actor: "dave", Source: changes.SourceConsole,
			Reason: "Month end reports need room until the end of the week", Outcome: changes.Applied, Fields: []string{"cluster_total"},
			Before: ops.Values{"cluster_total": 50 + i}, After: ops.Values{"cluster_total": 51 + i},
		})
	}

	return v
}
