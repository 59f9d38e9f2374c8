package announce

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"github.com/graph-olap/opsconsole/ops"
)

// rel keeps a page that is linked to from being recommended, and from reaching back.
const rel = "nofollow noopener"

// linkRules marks links, and puts in the place of an image, or of a link that leads
// elsewhere than it may, the text that it has. It notes what of the source is not shown.
type linkRules struct{}

// omittedKey is where the document has the sentences of [Message].Omitted.
const omittedKey = "omitted"

// Transform implements [parser.ASTTransformer].
func (linkRules) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var (
		unwrap  []ast.Node
		omitted []string
	)

	omit := func(sentence string, what []byte) {
		omitted = append(omitted, fmt.Sprintf(sentence, ops.Clip(string(what))))
	}

	// The walker that is passed returns no error, so there is none.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}

		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			if n.Info != nil {
				omit("The language of a block of code is not shown: %q.", n.Info.Value(reader.Source()))
			}
		case *ast.Image:
			unwrap = append(unwrap, n)

			omit("Messages show no pictures; the text of the one at %q is shown instead.", n.Destination)
		case *ast.Link:
			if allowed(n.Destination) {
				n.SetAttributeString("rel", []byte(rel))
			} else {
				unwrap = append(unwrap, n)

				omit("Links lead to http, https or mailto only; the text of the one to %q is shown instead.", n.Destination)
			}
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkEmail || allowed(n.URL(reader.Source())) {
				n.SetAttributeString("rel", []byte(rel))
			} else {
				n.Parent().ReplaceChild(n.Parent(), n, literal(n.Label(reader.Source())))
			}
		}

		if title := titleOf(n); title != nil {
			omit("The title of a link or a picture is not shown: %q.", title)
		}

		return ast.WalkContinue, nil
	})

	doc.AddMeta(omittedKey, omitted)

	for _, n := range unwrap {
		for child := n.FirstChild(); child != nil; child = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, child)
		}

		n.Parent().RemoveChild(n.Parent(), n)
	}
}

func titleOf(n ast.Node) []byte {
	switch n := n.(type) {
	case *ast.Link:
		return n.Title
	case *ast.Image:
		return n.Title
	default:
		return nil
	}
}

// literal is text in which nothing stands for something else.
func literal(value []byte) *ast.String {
	s := ast.NewString(value)
	s.SetRaw(true)

	return s
}

func allowed(url []byte) bool {
	scheme, _, found := strings.Cut(strings.ToLower(string(url)), ":")

	return found && (scheme == "http" || scheme == "https" || scheme == "mailto")
}
