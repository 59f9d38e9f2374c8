package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestPrometheusReadsTheConsole has a real one scrape the console and its control plane, with the
// rules that are deployed, and asks it what the dashboard asks.
func TestPrometheusReadsTheConsole(t *testing.T) {
	t.Parallel()

	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is missing")
	}

	own := freeport.Address(t)
	d := startDemo(t, "--metrics-addr", own)
	p := startPrometheus(t, program, own, strings.TrimPrefix(d.api, "http://"))

	worldtest.Eventually(t, "both are scraped twice", func() bool {
		d.answers(t, "/login")

		return len(p.query(t, `count_over_time(up[1m]) > 1 and up == 1`)) == 2 && len(p.query(t, "opsconsole_last_look_timestamp_seconds")) == 1
	})

	text, err := os.ReadFile("../deploy/grafana/opsconsole.json")
	if err != nil {
		t.Fatal(err)
	}

	var board struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}

	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}

	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			expr := strings.NewReplacer("$__rate_interval", "1m", "$job", "opsconsole").Replace(target.Expr)
			if len(p.query(t, expr)) == 0 {
				t.Errorf("%s has nothing to draw: %s", panel.Title, expr)
			}
		}
	}

	var rules struct {
		Groups []struct {
			Rules []struct {
				Name      string `json:"name"`
				Health    string `json:"health"`
				State     string `json:"state"`
				LastError string `json:"lastError"` //nolint:tagliatelle // as Prometheus has it
			} `json:"rules"`
		} `json:"groups"`
	}

	p.get(t, "/api/v1/rules", &rules)

	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			if rule.Health != "ok" || rule.State == "firing" {
				t.Errorf("%s is %s and %s: %s", rule.Name, rule.Health, rule.State, rule.LastError)
			}
		}
	}

	d.stop(t)
	worldtest.Eventually(t, "the console is seen to be gone", func() bool {
		return len(p.query(t, `up{job="opsconsole"} == 0`)) == 1
	})
}

// prometheus is a running one.
type prometheus struct{ url string }

func startPrometheus(t *testing.T, program, console, controlPlane string) prometheus {
	t.Helper()

	rules, err := filepath.Abs("../deploy/prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}

	dir, address := t.TempDir(), freeport.Address(t)
	file := filepath.Join(dir, "prometheus.yaml")
	text := fmt.Sprintf(`{global: {scrape_interval: 500ms, evaluation_interval: 500ms}, rule_files: [%q], scrape_configs: [
		{job_name: opsconsole, static_configs: [{targets: [%q]}]}, {job_name: control-plane, static_configs: [{targets: [%q]}]}]}`,
		rules, console, controlPlane)

	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	cmd := exec.CommandContext(t.Context(), program, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--log.level=warn")

	var log worldtest.Buffer

	cmd.Stdout, cmd.Stderr = &log, &log

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		cmd.Wait() //nolint:errcheck // the test's end has killed it

		if t.Failed() {
			keep(t, "prometheus.log", []byte(log.String()))
		}
	})

	return prometheus{"http://" + address}
}

// query is what an expression is at the moment; nothing until it answers.
func (p prometheus) query(t *testing.T, expr string) []any {
	t.Helper()

	var data struct {
		Result []any `json:"result"`
	}

	p.get(t, "/api/v1/query?"+url.Values{"query": {expr}}.Encode(), &data)

	return data.Result
}

func (p prometheus) get(t *testing.T, path string, data any) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}

	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil { // it starts still
		return
	}
	defer response.Body.Close()

	answer := struct {
		Error string `json:"error"`
		Data  any    `json:"data"`
	}{Data: data}

	if err := json.NewDecoder(response.Body).Decode(&answer); err == nil && answer.Error != "" {
		t.Errorf("%s: %s", path, answer.Error)
	}
}
