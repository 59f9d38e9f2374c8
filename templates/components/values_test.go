package components_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

func TestValuesReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	number := ops.Field{Kind: ops.KindInt, Unit: "instances"}
	duration := ops.Field{Kind: ops.KindDuration}
	text := ops.Field{Kind: ops.KindText}

	for _, c := range []struct {
		field ops.Field
		value any
		want  string
	}{
		{number, int64(1000), "1,000 instances"},
		{ops.Field{Kind: ops.KindInt}, int64(5), "5"},
		{number, nil, "Not set"},
		{duration, nil, "No expiry"},
		{duration, "PT36H", "36 h (PT36H)"},
		{ops.Field{Kind: ops.KindBool}, true, "On"},
		{ops.Field{Kind: ops.KindBool}, false, "Off"},
		{text, "", "Empty"},
		{text, "Back at six", "Back at six"},
	} {
		if got := components.Value(c.field, c.value); got != c.want {
			t.Errorf("Value(%s, %v) = %q, want %q", c.field.Kind, c.value, got, c.want)
		}
	}
}

func TestStepsSayWhatBecomesOfAField(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		kind          ops.Kind
		before, after any
		want          string
	}{
		{ops.KindInt, int64(5), int64(3), "lowered by 2"},
		{ops.KindInt, int64(50), int64(1050), "raised by 1,000"},
		{ops.KindInt, nil, int64(3), "changed"},
		{ops.KindBool, false, true, "turned on"},
		{ops.KindBool, true, false, "turned off"},
		{ops.KindText, "a", "b", "changed"},
		{ops.KindDuration, nil, "P7D", "will expire"},
		{ops.KindDuration, "P7D", nil, "will no longer expire"},
		{ops.KindDuration, "P7D", "P6DT12H", "shortened by 12 h"},
		{ops.KindDuration, "PT36H", "P2D", "lengthened by 12 h"},
		{ops.KindDuration, "soon", "P2D", "changed"},
	} {
		d := ops.Difference{Field: ops.Field{Kind: c.kind}, Before: c.before, After: c.after}
		if got := components.Step(d); got != c.want {
			t.Errorf("%s from %v to %v: %q, want %q", c.kind, c.before, c.after, got, c.want)
		}
	}
}

func TestAStatusNobodyKnowsIsDrawnAsUnknown(t *testing.T) {
	t.Parallel()

	for name, got := range map[string]components.State{
		"platform":  components.OfHealth("odd"),
		"component": components.OfComponent("odd"),
		"instance":  components.OfInstance("odd"),
		"export":    components.OfExport("odd"),
		"change":    components.OfChange("odd"),
		"act":       components.OfAudit("odd"),
	} {
		if got != components.Unknown {
			t.Errorf("%s: %s, want unknown", name, got)
		}
	}

	if components.OfComponent(ops.ComponentSlow) == components.OfComponent(ops.ComponentUnreachable) {
		t.Error("slow is drawn as unreachable")
	}

	if components.OfChange(changes.Unknown) == components.OfChange(changes.Failed) {
		t.Error("an unknown outcome is drawn as a failure")
	}
}

func TestWord(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{"waiting_for_snapshot": "Waiting for snapshot", "running": "Running", "": "Unknown", "élan": "Élan"} {
		if got := components.Word(name); got != want {
			t.Errorf("Word(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestASnippetIsWrittenToTheLetter(t *testing.T) {
	t.Parallel()

	text := draw(t, components.Snippets([]components.Snippet{{Language: components.Curl, Parts: []components.SnippetPart{
		{Text: "curl -d '{\"n\": "}, {Text: "<5>", Field: "n", Kind: ops.KindInt}, {Text: "}'\n  --fail"},
	}}}))

	want := "curl -d &#39;{&#34;n&#34;: <var data-field=\"n\" data-kind=\"int\">&lt;5&gt;</var>}&#39;\n  --fail"
	if !strings.Contains(text, want) {
		t.Errorf("%q is not in %s", want, text)
	}
}

func TestLiteralsAreSafeToPaste(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		language components.Language
		kind     ops.Kind
		typed    string
		want     string
	}{
		{components.Curl, ops.KindInt, " 7 ", "7"},
		{components.Curl, ops.KindInt, "7; rm -rf /", `"7; rm -rf /"`},
		{components.Curl, ops.KindText, `it's "on"`, `"it'\''s \"on\""`},
		{components.Python, ops.KindText, `it's "on"`, `"it's \"on\""`},
		{components.Python, ops.KindBool, "true", "True"},
		{components.Curl, ops.KindBool, "no", "false"},
		{components.Curl, ops.KindDuration, "", `""`},
	} {
		if got := test.language.Literal(test.kind, test.typed); got != test.want {
			t.Errorf("%s, %s, %q: got %s, want %s", test.language, test.kind, test.typed, got, test.want)
		}
	}
}
