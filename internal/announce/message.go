package announce

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Message is what an operator wrote for users, ready to be shown.
type Message struct {
	HTML HTML `json:"html"`
	// Text has a line per line and "- " before the items of a list.
	Text string `json:"text"`
	// Omitted are the sentences that say what was typed and is in neither.
	Omitted []string `json:"omitted"`
}

// HTML is sanitised. It is a templ component that writes itself.
type HTML string

// Render writes the HTML as it is.
func (h HTML) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(h))

	return err
}

// Render renders a message. Paragraphs, lists, emphasis, code and links to http, https
// and mailto are understood; whatever else stands there stays as the text that it is.
func Render(markdown string) Message {
	source := []byte(strings.ToValidUTF8(markdown, "\uFFFD"))
	m := messages()
	doc := m.parser.Parse(text.NewReader(source))

	var out bytes.Buffer
	if err := m.renderer.Render(&out, source, doc); err != nil {
		return Message{Text: string(source)} // a buffer does not fail, and neither do the nodes
	}

	omitted, _ := doc.OwnerDocument().Meta()[omittedKey].([]string)

	return Message{
		HTML: HTML(strings.TrimSpace(m.policy.Sanitize(out.String()))),
		Text: strings.TrimSpace(plain(doc, source)), Omitted: omitted,
	}
}

// language is the Markdown that we understand, and what may come of it.
type language struct {
	parser   parser.Parser
	renderer renderer.Renderer
	policy   *bluemonday.Policy
}

// messages builds the language once: its parts are safe for use by many.
//
//nolint:gochecknoglobals // a constant that Go cannot write as one
var messages = sync.OnceValue(func() language {
	const first, second, third, fourth, last = 100, 200, 300, 400, 999

	return language{
		parser: parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewListParser(), first),
				util.Prioritized(parser.NewListItemParser(), second),
				util.Prioritized(parser.NewFencedCodeBlockParser(), third),
				util.Prioritized(indentable{parser.NewParagraphParser()}, last),
			),
			parser.WithInlineParsers(
				util.Prioritized(parser.NewCodeSpanParser(), first),
				util.Prioritized(parser.NewLinkParser(), second),
				util.Prioritized(parser.NewAutoLinkParser(), third),
				util.Prioritized(parser.NewEmphasisParser(), fourth),
				util.Prioritized(extension.NewLinkifyParser(
					extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"})), last),
			),
			parser.WithASTTransformers(util.Prioritized(linkRules{}, first)),
		),
		renderer: renderer.NewRenderer(renderer.WithNodeRenderers(
			util.Prioritized(html.NewRenderer(html.WithHardWraps()), first))),
		policy: policy(),
	}
})

// policy is the second lock: the parser makes nothing else to begin with.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "code", "pre", "ul", "ol", "li")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href", "rel").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)

	return p
}

// indentable is a paragraph that may begin with an indented line. The parser leaves off, with
// all that follows, at a line that none of its blocks can begin with.
type indentable struct{ parser.BlockParser }

// CanAcceptIndentedLine implements [parser.BlockParser].
func (indentable) CanAcceptIndentedLine() bool { return true }
