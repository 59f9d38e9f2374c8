package deploy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// promtool is Prometheus' own reader of rules.
func promtool(t *testing.T, args ...string) {
	t.Helper()

	program, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing; on Debian it comes with prometheus")
	}

	if said, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
	}
}

func TestAlertsFireWhenTheyShould(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "prometheus/rules.yaml")
	promtool(t, "test", "rules", "prometheus/rules_test.yaml")
}

// TestEachAlertHasACaseAndASectionOfTheRunbook, to which its link leads.
func TestEachAlertHasACaseAndASectionOfTheRunbook(t *testing.T) {
	t.Parallel()

	rules, cases, runbook := read(t, "prometheus/rules.yaml"), read(t, "prometheus/rules_test.yaml"), read(t, "../docs/runbook.md")

	var sections []string
	for _, heading := range regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(runbook, -1) {
		sections = append(sections, heading[1])
	}

	alerts := strings.Split(rules, "- alert: ")[1:]
	for _, alert := range alerts {
		name, rule, _ := strings.Cut(alert, "\n")

		link := "runbook_url: https://github.com/graph-olap/opsconsole/blob/main/docs/runbook.md#" + strings.ToLower(name) + "\n"
		if !strings.Contains(rule, link) || !slices.Contains(sections, name) {
			t.Errorf("%s has no section of the runbook, or its link does not lead there", name)
		}

		if !strings.Contains(cases, fmt.Sprintf(`alertname="%s"`, name)) {
			t.Errorf("%s fires in no case of rules_test.yaml", name)
		}

		severity := regexp.MustCompile(`severity: (\w+)`).FindStringSubmatch(rule)
		_, section, _ := strings.Cut(runbook, "\n## "+name+"\n\n")

		if severity == nil || !strings.HasPrefix(strings.ToLower(section), "*"+severity[1]+".*") {
			t.Errorf("the section of %s does not begin with its severity, %v", name, severity)
		}

		sections = slices.DeleteFunc(sections, func(s string) bool { return s == name })
	}

	if len(alerts) == 0 || len(sections) > 0 {
		t.Errorf("%d alerts, and sections of none: %v", len(alerts), sections)
	}
}

// TestNoAlertIsForgottenWithTheAdvisedGracePeriod when Prometheus is restarted: it takes up those that wait for so long at the least.
func TestNoAlertIsForgottenWithTheAdvisedGracePeriod(t *testing.T) {
	t.Parallel()

	advised := regexp.MustCompile(`--rules\.alert\.for-grace-period=(\w+)`).FindStringSubmatch(read(t, "../docs/metrics.md"))
	if advised == nil {
		t.Fatal("docs/metrics.md advises none")
	}

	grace, err := time.ParseDuration(advised[1])
	if err != nil {
		t.Fatal(err)
	}

	for _, waits := range regexp.MustCompile(`(?m)^ +for: (\w+)$`).FindAllStringSubmatch(read(t, "prometheus/rules.yaml"), -1) {
		if wait, err := time.ParseDuration(waits[1]); err != nil || wait < grace {
			t.Errorf("an alert that waits %s (%v) begins anew, as %s is advised", waits[1], err, advised[1])
		}
	}
}

// TestRulesAndDashboardAskForWhatThereIs compares the names with those that docs/metrics.md has.
func TestRulesAndDashboardAskForWhatThereIs(t *testing.T) {
	t.Parallel()

	documented := read(t, "../docs/metrics.md")
	asked := read(t, "prometheus/rules.yaml") + read(t, "grafana/opsconsole.json")
	names := regexp.MustCompile(`\bopsconsole_\w+`).FindAllString(asked, -1)

	if len(names) == 0 {
		t.Error("nothing is asked for")
	}

	for _, name := range names {
		if base := strings.TrimSuffix(name, "_bucket"); !strings.Contains(documented, "| `"+base+"` |") {
			t.Errorf("%s is not among the metrics", name)
		}
	}
}

// dashboard is what Grafana reads, as far as it is looked at here.
type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"` //nolint:tagliatelle // as Grafana has it
	Templating    struct {
		List []struct {
			Name string `json:"name"`
		} `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type panel struct {
	ID          int    `json:"id"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	GridPos     struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	} `json:"gridPos"` //nolint:tagliatelle // as Grafana has it
	Datasource *struct {
		UID string `json:"uid"`
	} `json:"datasource"`
	Targets []struct {
		RefID string `json:"refId"` //nolint:tagliatelle // as Grafana has it
		Expr  string `json:"expr"`
	} `json:"targets"`
}

func TestTheDashboardIsOne(t *testing.T) {
	t.Parallel()

	var board dashboard
	if err := json.Unmarshal([]byte(read(t, "grafana/opsconsole.json")), &board); err != nil {
		t.Fatal(err)
	}

	if board.UID == "" || board.Title == "" || board.SchemaVersion == 0 || len(board.Templating.List) == 0 || len(board.Panels) == 0 {
		t.Errorf("it lacks what Grafana wants: %+v", board)
	}

	ids, taken, rules := map[int]bool{}, map[[2]int]string{}, "groups:\n  - name: dashboard\n    rules:\n"

	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("%s has the id of another panel", p.Title)
		}

		ids[p.ID] = true

		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s stands on %s, or beyond the edge", p.Title, other)
				}

				taken[[2]int{x, y}] = p.Title
			}
		}

		if p.Type == "row" {
			continue
		}

		if p.Title == "" || p.Description == "" || p.Datasource == nil || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s says not what it shows, or of where: %+v", p.Title, p)
		}

		for _, target := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "1m", "$job", "opsconsole").Replace(target.Expr)
			rules += fmt.Sprintf("      - { record: 'panel:%d', expr: '%s' , labels: { target: %s } }\n", p.ID, expr, target.RefID)
		}
	}

	file := filepath.Join(t.TempDir(), "panels.yaml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}

	promtool(t, "check", "rules", file)
}
