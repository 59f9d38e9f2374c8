package announce

import (
	"bufio"
	"bytes"
	stdhtml "html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// plain is the document as text.
func plain(doc ast.Node, source []byte) string {
	var b strings.Builder

	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		b.WriteString(block(n, source))
		b.WriteString("\n\n")
	}

	return b.String()
}

// block is a paragraph, a list or lines of code, without a line break at its end.
func block(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.List:
		return list(n, source)
	case *ast.FencedCodeBlock:
		return strings.TrimRight(string(n.Lines().Value(source)), "\n")
	default:
		var b strings.Builder
		inline(&b, n, source)

		return b.String()
	}
}

func list(n *ast.List, source []byte) string {
	var items []string

	for item, number := n.FirstChild(), n.Start; item != nil; item, number = item.NextSibling(), number+1 {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
		}

		var blocks []string
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
			blocks = append(blocks, block(child, source))
		}

		indent := "\n" + strings.Repeat(" ", len(mark))
		items = append(items, mark+strings.ReplaceAll(strings.Join(blocks, "\n"), "\n", indent))
	}

	return strings.Join(items, "\n")
}

// inline writes what stands within a line; a link is followed by where it leads.
func inline(b *strings.Builder, parent ast.Node, source []byte) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(shown(n, source))

			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(source))
		case *ast.Link:
			var label strings.Builder
			inline(&label, n, source)
			b.WriteString(label.String())

			// As the page has it, whose marks and entities mean what they stand for.
			destination := util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(n.Destination)))

			if to := strings.TrimPrefix(string(destination), "mailto:"); to != label.String() {
				b.WriteString(" (" + to + ")")
			}
		default:
			inline(b, n, source)
		}
	}
}

// shown is a text as it reads: the renderer's writer knows what escapes and entities stand for.
func shown(n *ast.Text, source []byte) string {
	value := n.Value(source)
	if n.IsRaw() {
		return string(value)
	}

	var out bytes.Buffer

	w := bufio.NewWriter(&out)
	html.DefaultWriter.Write(w, value)

	if err := w.Flush(); err != nil {
		return string(value) // a buffer does not fail
	}

	return stdhtml.UnescapeString(out.String())
}
