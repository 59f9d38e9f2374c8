package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"
)

func page(text string) fs.FS {
	return fstest.MapFS{
		"templates/room/page.templ":    {Data: []byte(text)},
		"templates/room/page_templ.go": {Data: []byte(`class="generated"`)},
	}
}

func TestWordsAreThoseThatDecideTheCSS(t *testing.T) {
	t.Parallel()

	got, err := readWords(page(`<b class="grid p-2" data-variant="outline">It is "said"</b><i class={ "grid", templ.KV("w-1/2", on) }>`))
	if err != nil {
		t.Fatal(err)
	}

	for _, class := range []string{"grid", "p-2", "w-1/2"} {
		if !slices.Contains(got.Classes, class) {
			t.Errorf("no class %s among %v", class, got.Classes)
		}
	}

	if slices.Contains(got.Classes, "generated") {
		t.Error("generated code is no template")
	}

	if want := []string{"grid", "outline", "said"}; !slices.Equal(got.Values, want) {
		t.Errorf("got the values %v, want %v", got.Values, want)
	}
}

func TestWhatIsSaidOnAPageChangesNoWord(t *testing.T) {
	t.Parallel()

	before, err := readWords(page(`<b class="grid">Saved { count(n) } times</b>`))
	if err != nil {
		t.Fatal(err)
	}

	after, err := readWords(page("// Said again.\n<b class=\"grid\">Kept { number(n) }</b>"))
	if err != nil {
		t.Fatal(err)
	}

	if !slices.Equal(before.Classes, after.Classes) || !slices.Equal(before.Values, after.Values) {
		t.Errorf("got %v, want %v", after, before)
	}
}

func TestSumsFollowSourcesAndWhatIsBuilt(t *testing.T) {
	t.Parallel()

	files := fstest.MapFS{
		"assets/js/app.js":               {Data: []byte("1")},
		"assets/built.sha256":            {Data: []byte("1")},
		"assets/node_modules/x/index.js": {Data: []byte("1")},
		"static/app.js":                  {Data: []byte("1")},
	}

	before := sums(t, files)

	for name, counts := range map[string]bool{
		"assets/js/app.js": true, "static/app.js": true, "assets/built.sha256": false, "assets/node_modules/x/index.js": false,
	} {
		files[name] = &fstest.MapFile{Data: []byte("2")}

		if changed := sums(t, files) != before; changed != counts {
			t.Errorf("a change of %s changes the sums: %t, want %t", name, changed, counts)
		}

		files[name] = &fstest.MapFile{Data: []byte("1")}
	}
}

// Without npm this is how stale assets are found.
func TestTheAssetsAreUpToDate(t *testing.T) {
	t.Parallel()

	root := os.DirFS("../..")

	built, err := fs.ReadFile(root, sumsFile)
	if err != nil {
		t.Fatal(err)
	}

	var listed words
	if content, err := fs.ReadFile(root, "assets/words.json"); err != nil {
		t.Fatal(err)
	} else if err := json.Unmarshal(content, &listed); err != nil {
		t.Fatal(err)
	}

	if used, err := readWords(root); err != nil || !reflect.DeepEqual(used, listed) {
		t.Errorf("the templates use other words than assets/words.json lists, run ./task assets and commit (%v)", err)
	}

	if got := sums(t, root); got != string(built) {
		t.Errorf("built from\n%s\nnow there is\n%s\nrun ./task assets and commit", built, got)
	}
}

func sums(t *testing.T, root fs.FS) string {
	t.Helper()

	var out bytes.Buffer
	if err := writeSums(root, &out); err != nil {
		t.Fatal(err)
	}

	return out.String()
}
