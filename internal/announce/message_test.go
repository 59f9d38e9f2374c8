package announce_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/graph-olap/opsconsole/internal/announce"
)

func TestRender(t *testing.T) {
	t.Parallel()

	link := func(to, text string) string {
		return `<a href="` + to + `" rel="nofollow noopener">` + text + `</a>`
	}

	tests := map[string]struct{ markdown, html, text string }{
		"paragraphs": {
			"Storage moves.\n\nSave your work.", "<p>Storage moves.</p>\n<p>Save your work.</p>", "Storage moves.\n\nSave your work.",
		},
		"lines stay lines": {"one\ntwo", "<p>one<br>\ntwo</p>", "one\ntwo"},
		"emphasis":         {"*soon*, **now**, `code`", "<p><em>soon</em>, <strong>now</strong>, <code>code</code></p>", "soon, now, code"},
		"lists": {
			"Then:\n\n- save\n- stop\n  it", "<p>Then:</p>\n<ul>\n<li>save</li>\n<li>stop<br>\nit</li>\n</ul>", "Then:\n\n- save\n- stop\n  it",
		},
		"numbers": {"3. c\n4. d", "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>", "3. c\n4. d"},
		"code":    {"```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>", "a < b"},
		"link": {
			"See [the plan](https://wiki.example.com/p?a=1&b=2).",
			"<p>See " + link("https://wiki.example.com/p?a=1&amp;b=2", "the plan") + ".</p>",
			"See the plan (https://wiki.example.com/p?a=1&b=2).",
		},
		"address": {
			"https://status.example.com and <https://x.example.com>",
			"<p>" + link("https://status.example.com", "https://status.example.com") + " and " +
				link("https://x.example.com", "https://x.example.com") + "</p>",
			"https://status.example.com and https://x.example.com",
		},
		"mail":              {"[us](mailto:ops@example.com)", "<p>" + link("mailto:ops@example.com", "us") + "</p>", "us (ops@example.com)"},
		"headings are text": {"# Big", "<p># Big</p>", "# Big"},
		"images are their text": {
			"![a *map*](https://example.com/m.png)", "<p>a <em>map</em></p>", "a map",
		},
		"markup is text": {
			"<b>x</b> <script>alert(1)</script>", "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</p>",
			"<b>x</b> <script>alert(1)</script>",
		},
		"no scripts in links": {"[x](javascript:alert(1))", "<p>x</p>", "x"},
		"no data in links":    {"[x](data:text/html,hi)", "<p>x</p>", "x"},
		"no other schemes":    {"<ftp://example.com/x>", "<p>ftp://example.com/x</p>", "ftp://example.com/x"},
		"no relative links":   {"[x](/logout) [y](//evil.example.com)", "<p>x y</p>", "x y"},
		"an image in a link":  {"[![x](https://a.example.com/i.png)](https://b.example.com)", "<p>" + link("https://b.example.com", "x") + "</p>", "x (https://b.example.com)"},
		"indented lines": {
			"Storage moves:\n\n    to the new hall\n\n\tfrom noon\n\nSave.",
			"<p>Storage moves:</p>\n<p>to the new hall</p>\n<p>from noon</p>\n<p>Save.</p>",
			"Storage moves:\n\nto the new hall\n\nfrom noon\n\nSave.",
		},
		"an indented line first": {"    noon\nends", "<p>noon<br>\nends</p>", "noon\nends"},
		"escapes and entities":   {`1\. \*as is\* &lt;b&gt; R&amp;D \&amp;`, "<p>1. *as is* &lt;b&gt; R&amp;D &amp;amp;</p>", "1. *as is* <b> R&D &amp;"},
		"entities in an address": {
			`[x](https://a.example.com/?a=1&amp;b=2)`, "<p>" + link("https://a.example.com/?a=1&amp;b=2", "x") + "</p>",
			"x (https://a.example.com/?a=1&b=2)",
		},
		"not in code": {"`&amp; \\*`", `<p><code>&amp;amp; \*</code></p>`, `&amp; \*`},
		"not text":    {"a\xffb", "<p>a\uFFFDb</p>", "a\uFFFDb"},
		"nothing":     {"", "", ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := announce.Render(test.markdown)
			if string(got.HTML) != test.html {
				t.Errorf("HTML is\n%s\nwant\n%s", got.HTML, test.html)
			}

			if got.Text != test.text {
				t.Errorf("text is\n%q\nwant\n%q", got.Text, test.text)
			}
		})
	}
}

// FuzzRender holds what is rendered to the list of what may be there, with a parser
// that browsers would recognise.
func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"*a* **b** `c` [d](https://e.example.com)", "<script>alert(1)</script>", "![x](javascript:alert(1))",
		"[x](JaVaScRiPt:alert(1))", "[x](https://a\"onmouseover=alert(1))", "<https://a.example.com/'\"><svg onload=x>",
		"1. a\n   - b\n     ```\n     c\n", "&#106;avascript:alert(1)", "[a](mailto:x@example.com?subject=\"><img>)", "\x00\xff\u202e",
		"[x][y]\n\n[y]: javascript:alert(1)", "https://a.example.com/\u2028<b>", "<x@example.com>",
	} {
		f.Add(seed)
	}

	f.Fuzz(func(t *testing.T, markdown string) {
		checkMarkup(t, string(announce.Render(markdown).HTML))
	})
}

func checkMarkup(t *testing.T, markup string) {
	t.Helper()

	tags := map[string][]string{
		"p": nil, "br": nil, "em": nil, "strong": nil, "code": nil, "pre": nil, "ul": nil, "ol": {"start"}, "li": nil, "a": {"href", "rel"},
	}

	for z := html.NewTokenizer(strings.NewReader(markup)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%q is in %q", z.Raw(), markup)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()

			allowed, known := tags[token.Data]
			if !known {
				t.Errorf("<%s> is in %q", token.Data, markup)
			}

			checkAttributes(t, token, allowed)
		case html.TextToken, html.EndTagToken:
		}
	}
}

func checkAttributes(t *testing.T, token html.Token, allowed []string) {
	t.Helper()

	rel := ""

	for _, a := range token.Attr {
		switch {
		case !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+a.Key+" "):
			t.Errorf("%s is in %s", a.Key, token)
		case a.Key == "rel":
			rel = a.Val
		case a.Key == "href" && !strings.HasPrefix(strings.ToLower(a.Val), "http") && !strings.HasPrefix(strings.ToLower(a.Val), "mailto:"):
			t.Errorf("a link leads to %q, want http or mailto", a.Val)
		}
	}

	if token.Data == "a" && rel != "nofollow noopener" {
		t.Errorf("%s has rel %q, want %q", token, rel, "nofollow noopener")
	}
}
