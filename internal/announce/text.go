package announce

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
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
			b.Write(n.Value(source))

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

			if to := strings.TrimPrefix(string(n.Destination), "mailto:"); to != label.String() {
				b.WriteString(" (" + to + ")")
			}
		default:
			inline(b, n, source)
		}
	}
}
