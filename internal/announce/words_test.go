package announce_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/graph-olap/opsconsole/internal/announce"
)

// What stands between the words of a message, everything that Markdown gives a meaning.
func marks() []string {
	return []string{
		" ", "\n", "\n\n", "\n    ", "\n\n    ", "\n\n\t", "\n- ", "\n\n1. ", "\n  ", "\n   - ", "\n        - ", "\n# ", "\n> ", "\n---\n", "\n===\n",
		"*", "**", "_", "`", "``", "\n```\n", "\n``` ", "\n~~~\n", "[", "](https://example.com/", "](/", "](mailto:", "](data:", ` "`, `")`, ")", "]", "]: ", "![",
		"<", ">", "<!--", "-->", "&amp;", "&#35;", "\\", "\\\n", "  \n", "|", " https://example.com/", " <https://example.com/", " <ftp://", "@example.com",
	}
}

// TestEveryWordIsTold writes messages of words and marks, and looks for every word in what
// users read, or in what the review says that they do not.
func TestEveryWordIsTold(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		var (
			source strings.Builder
			words  []string
		)

		for i, between := range rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(marks()), 0, 3), 1, 12).Draw(t, "marks") {
			words = append(words, fmt.Sprintf("word%dq", i))
			source.WriteString(strings.Join(between, "") + words[i])
		}

		m := announce.Render(source.String())
		omitted := strings.Join(m.Omitted, "\n")

		for form, shown := range map[string]string{"page": string(m.HTML), "text": m.Text} {
			if i := slices.IndexFunc(words, func(word string) bool { return !strings.Contains(shown+omitted, word) }); i >= 0 {
				t.Fatalf("%s is missing in the %s of\n%q\nwhich is\n%s\nand it is not in %q", words[i], form, source.String(), shown, m.Omitted)
			}
		}
	})
}
