package announce_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed/atom"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// feed parses the feed with a library that did not write it.
func feed(t *testing.T, v announce.Announcements) *atom.Feed {
	t.Helper()

	data, err := v.Atom(source)
	if err != nil {
		t.Fatal(err)
	}

	if err := xml.Unmarshal(data, new(struct{})); err != nil {
		t.Errorf("not well-formed: %v", err)
	}

	parsed, err := (&atom.Parser{}).Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("not a feed: %v\n%s", err, data)
	}

	return parsed
}

func TestAtom(t *testing.T) {
	t.Parallel()

	v := announce.View(windows(), ops.Healthy, noon, page)
	f := feed(t, v)

	if f.ID != "https://ops.example.com/announcements.atom" || f.Title != "Maintenance: demo, the; small\\one" ||
		len(f.Authors) != 1 || f.Authors[0].Name != source.Name {
		t.Errorf("the feed is %q, %q by %v; want %q, %q by %s", f.ID, f.Title, f.Authors, "https://ops.example.com/announcements.atom", "Maintenance: demo, the; small\\one", source.Name)
	}

	if f.UpdatedParsed == nil || !f.UpdatedParsed.Equal(v.AsOf) {
		t.Errorf("it was updated at %v, want %v", f.UpdatedParsed, v.AsOf)
	}

	links := map[string]string{}
	for _, l := range f.Links {
		links[l.Rel] = l.Href
	}

	if links["self"] != f.ID || links["alternate"] != page.String() {
		t.Errorf("the links are %v, want self %s and alternate %s", links, f.ID, page)
	}

	if len(f.Entries) != len(windows()) {
		t.Fatalf("there are %d entries, want %d", len(f.Entries), len(windows()))
	}

	ids := map[string]bool{}

	for _, e := range f.Entries {
		if e.ID == "" || ids[e.ID] || e.Title == "" || e.UpdatedParsed == nil || len(e.Links) != 1 || len(e.Categories) != 1 {
			t.Errorf("something is missing of %+v", e)
		}

		ids[e.ID] = true
	}

	e := f.Entries[0]
	if e.Title != "Taking longer than planned: Storage stuck" || e.Content.Type != "html" ||
		!strings.Contains(e.Content.Value, "<em>your</em>") || !strings.Contains(e.Content.Value, "Europe/Berlin") {
		t.Errorf("the first entry is %q with %s %q, want %q with html of <em>your</em> and Europe/Berlin", e.Title, e.Content.Type, e.Content.Value, "Taking longer than planned: Storage stuck")
	}
}

func TestAtomText(t *testing.T) {
	t.Parallel()

	for _, title := range []string{"<b>&amp;</b>", "]]>", "null\x00 and\uFFFE more", "x\xffy", strings.Repeat("🛠", 40)} {
		w := window("x", maintenance.Announced, noon)
		w.Title, w.Message = title, "<script>"+title+"</script>"

		f := feed(t, announce.View([]maintenance.Window{w}, ops.Healthy, noon, page))

		want := strings.NewReplacer("\x00", "", "\uFFFE", "").Replace(strings.ToValidUTF8(title, "\uFFFD"))
		if got := strings.TrimPrefix(f.Entries[0].Title, "Starting: "); got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}

		if strings.Contains(f.Entries[0].Content.Value, "<script") {
			t.Errorf("the content is %q, want no script in it", f.Entries[0].Content.Value)
		}
	}
}

func TestAtomOfNothing(t *testing.T) {
	t.Parallel()

	f := feed(t, announce.View(nil, ops.Healthy, noon, page))
	if len(f.Entries) != 0 || f.UpdatedParsed == nil || !f.UpdatedParsed.Equal(time.Unix(0, 0)) {
		t.Errorf("the feed is %+v, want no entries, updated at %s", f, time.Unix(0, 0))
	}
}
