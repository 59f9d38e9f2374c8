package templates_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestScriptsKeepAndEvaluateNothing of what they are sent: they store nothing but preferences, in cookies, write no HTML
// but what the console drew, and listen to no other window.
func TestScriptsKeepAndEvaluateNothing(t *testing.T) {
	t.Parallel()

	dangerous := regexp.MustCompile(`\beval\(|new Function|document\.write|insertAdjacentHTML|outerHTML|innerHTML|DOMParser|` +
		`localStorage|sessionStorage|indexedDB|caches\.|window\.onmessage|(?m:^|window\.)addEventListener\("message"|document\.cookie`)
	allowed := []string{
		"preview.js innerHTML", "cookies.js document.cookie",
		"waits.js DOMParser", "waits.js outerHTML", // the page that the console answers with
	}

	scripts, err := filepath.Glob("../assets/js/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}

	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}

		for _, found := range dangerous.FindAllString(string(text), -1) {
			if !slices.Contains(allowed, filepath.Base(script)+" "+found) {
				t.Errorf("%s has %s", script, found)
			}
		}
	}
}
