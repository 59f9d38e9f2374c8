package e2e_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// rulesWith are a release of the rules by which Vancouver has the time of another zone.
func rulesWith(t *testing.T, release, zone string) (dir string) {
	t.Helper()

	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}

	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	dir = t.TempDir()
	if err := os.CopyFS(dir, archive); err != nil {
		t.Fatal(err)
	}

	rules, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(zone)))
	if err != nil {
		t.Fatal(err)
	}

	for name, data := range map[string][]byte{"+VERSION": []byte(release), "America/Vancouver": rules} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

// TestABrowserWithOtherRulesSaysSo in the form and to the users of the platform, while times are typed
// as people write them.
func TestABrowserWithOtherRulesSaysSo(t *testing.T) {
	t.Parallel()

	// Which no browser has.
	p := startDemo(t, "--zoneinfo", rulesWith(t, "2099a", "Pacific/Honolulu")).as(t, "dave", "/")
	day := time.Date(time.Now().Year()+1, 1, 20, 0, 0, 0, 0, time.UTC)

	p.visit("/maintenance/windows/new")
	p.fill("time_zone", "America/Vancouver")
	p.fill("starts_at", day.Format("2006-01-02 ")+"12:00")
	p.sees(".field:has([name=starts_at]) [data-echo]", humantime.Day(day)+", 12:00 America/Vancouver (22:00 UTC)")
	p.sees(".field:has([name=starts_at]) [data-reckons]", "Your browser uses other time zone rules: for it 12:00 there is")
	p.fill("ends_at", "soon")
	p.sees(".field:has([name=ends_at]) [data-echo]", "Not a time: write 18:00")
	p.sameWords()

	answer := p.fetch(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Patching", "message": "We patch it.", "starts_at_local": day.Format("2006-01-02") + "T12:00", "ends_at_local": day.Format("2006-01-02") + "T14:00",
		"time_zone": "America/Vancouver", "reason": "Monthly patching",
	})
	if answer.Status != http.StatusCreated {
		t.Fatalf("got %d, want 201\n%s", answer.Status, answer.Body)
	}

	// A page that would keep people waiting shows them what was, and the next one what is.
	worldtest.Eventually(t, "the announcement", func() bool {
		return strings.Contains(string(p.fetch(http.MethodGet, "/announcements.json", nil).Body), "Patching")
	})
	p.visit("/announcements")
	p.sees(".announcement", "Your browser uses other time zone rules: for it 12:00 there is")
	p.sees(".announcement .when", "22:00 to Thu") // in UTC, always
}

// sameWords holds what the script understands against what the server does.
func (p *page) sameWords() {
	p.t.Helper()

	data, err := os.ReadFile("../internal/humantime/testdata/moments.json")
	if err != nil {
		p.t.Fatal(err)
	}

	var cases []struct {
		Zone string `json:"zone"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		p.t.Fatal(err)
	}

	zones := map[string][]humantime.Offset{}

	for _, one := range cases {
		loc, err := zoneinfo.Location(one.Zone)
		if err != nil {
			p.t.Fatal(err)
		}

		zones[one.Zone] = humantime.Offsets(loc, time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))
	}

	source := ""

	for _, name := range []string{"durations.js", "moments.js"} {
		text, err := os.ReadFile("../assets/js/" + name)
		if err != nil {
			p.t.Fatal(err)
		}

		source += regexp.MustCompile(`(?m)^(import .*|export )`).ReplaceAllString(string(text), "") + "\n"
	}

	wrong := evaluate[[]string](p, fmt.Sprintf(`(() => { %s
		const utc = (at) => new Date(at).toISOString().replace(".000Z", "Z");
		return %s.flatMap(({ text, now, zone, ...want }) => {
			const rules = { name: zone, offsets: %s[zone] };
			const m = understand(text, new Date(now), rules);
			const got = m ? { at: utc(m.at), words: say(m.at, rules), note: m.note || undefined, second: m.second && utc(m.second) } : { at: null };
			const same = ["at", "words", "note", "second"].every((name) => got[name] === want[name]);
			return same ? [] : [text + " in " + zone + ": " + JSON.stringify(got)];
		}); })()`, source, data, literal(zones)))
	for _, one := range wrong {
		p.t.Errorf("the script reads %s", one)
	}
}
