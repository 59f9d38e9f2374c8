package announce_test

import (
	"bytes"
	"encoding/xml"
	"slices"
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

	all := eventsOf(windows())
	v := announce.View(windows(), all, ops.Healthy, noon, page)
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

	if len(f.Entries) != len(all) {
		t.Fatalf("there are %d entries, want %d", len(f.Entries), len(all))
	}

	ids := map[string]bool{}

	for _, e := range f.Entries {
		if e.ID == "" || ids[e.ID] || e.Title == "" || e.UpdatedParsed == nil || len(e.Links) != 1 || len(e.Categories) != 1 {
			t.Errorf("something is missing of %+v", e)
		}

		ids[e.ID] = true
	}

	const title = "Taking longer than planned: Storage stuck, Sat 4 July 2026 09:00 to 11:00 Europe/Berlin (07:00 to 09:00 UTC)"

	i := slices.IndexFunc(f.Entries, func(e *atom.Entry) bool { return e.Title == title })
	if i < 0 || f.Entries[i].Content.Type != "html" ||
		!strings.Contains(f.Entries[i].Content.Value, "<em>your</em>") || !strings.Contains(f.Entries[i].Content.Value, "Europe/Berlin") {
		t.Errorf("no entry is %q with html of <em>your</em> and Europe/Berlin, among %d", title, len(f.Entries))
	}
}

func TestAtomText(t *testing.T) {
	t.Parallel()

	when := announce.Of(window("x", maintenance.Announced, noon), nil, noon, page).When()

	for _, title := range []string{"<b>&amp;</b>", "]]>", "null\x00 and\uFFFE more", "x\xffy", strings.Repeat("🛠", 40)} {
		w := window("x", maintenance.Announced, noon)
		w.Title, w.Message = title, "<script>"+title+"</script>"

		list := []maintenance.Window{w}
		f := feed(t, announce.View(list, eventsOf(list), ops.Healthy, noon, page))

		want := strings.NewReplacer("\x00", "", "\uFFFE", "").Replace(strings.ToValidUTF8(title, "\uFFFD"))
		if got := strings.TrimSuffix(strings.TrimPrefix(f.Entries[0].Title, "Announced: "), ", "+when); got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}

		if strings.Contains(f.Entries[0].Content.Value, "<script") {
			t.Errorf("the content is %q, want no script in it", f.Entries[0].Content.Value)
		}
	}
}

func TestAtomOfNothing(t *testing.T) {
	t.Parallel()

	f := feed(t, announce.View(nil, nil, ops.Healthy, noon, page))
	if len(f.Entries) != 0 || f.UpdatedParsed == nil || !f.UpdatedParsed.Equal(time.Unix(0, 0)) {
		t.Errorf("the feed is %+v, want no entries, updated at %s", f, time.Unix(0, 0))
	}
}
