package announce

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Message is what an operator wrote for users, ready to be shown.
type Message struct {
	HTML HTML
	// Text has a line per line and "- " before the items of a list.
	Text string
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

	return Message{
		HTML: HTML(strings.TrimSpace(m.policy.Sanitize(out.String()))),
		Text: strings.TrimSpace(plain(doc, source)),
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
				util.Prioritized(parser.NewParagraphParser(), last),
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

// rel keeps a page that is linked to from being recommended, and from reaching back.
const rel = "nofollow noopener"

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

// linkRules marks links, and puts in the place of an image, or of a link that leads
// elsewhere than it may, the text that it has.
type linkRules struct{}

// Transform implements [parser.ASTTransformer].
func (linkRules) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var unwrap []ast.Node

	// The walker that is passed returns no error, so there is none.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}

		switch n := n.(type) {
		case *ast.Image:
			unwrap = append(unwrap, n)
		case *ast.Link:
			if allowed(n.Destination) {
				n.SetAttributeString("rel", []byte(rel))
			} else {
				unwrap = append(unwrap, n)
			}
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkEmail || allowed(n.URL(reader.Source())) {
				n.SetAttributeString("rel", []byte(rel))
			} else {
				n.Parent().ReplaceChild(n.Parent(), n, ast.NewString(n.Label(reader.Source())))
			}
		}

		return ast.WalkContinue, nil
	})

	for _, n := range unwrap {
		for child := n.FirstChild(); child != nil; child = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, child)
		}

		n.Parent().RemoveChild(n.Parent(), n)
	}
}

func allowed(url []byte) bool {
	scheme, _, found := strings.Cut(strings.ToLower(string(url)), ":")

	return found && (scheme == "http" || scheme == "https" || scheme == "mailto")
}
