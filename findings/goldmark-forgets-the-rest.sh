#!/usr/bin/env bash
# github.com/yuin/goldmark 1.8.7, with Go 1.26.
#
# Believed: a parser without the block for indented code takes an indented line as a paragraph, as one without the block for
# headings takes "# x" as text.
# Seen: no other block may begin at an indented line, so the parser leaves off there, without an error; what follows is
# missing from the document, also what is not indented.
# Bites: whoever takes code blocks away to keep messages simple; their readers miss the end.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/yuin/goldmark v1.8.7
MOD

cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const message = "# Storage moves\n\n    to the new hall\n\nSave your work.\n"

func shown(blocks ...util.PrioritizedValue) string {
	p := parser.NewParser(parser.WithBlockParsers(blocks...))
	r := renderer.NewRenderer(renderer.WithNodeRenderers(util.Prioritized(html.NewRenderer(), 1)))

	var out strings.Builder
	if err := r.Render(&out, []byte(message), p.Parse(text.NewReader([]byte(message)))); err != nil {
		panic(err)
	}

	return out.String()
}

func main() {
	paragraphs := util.Prioritized(parser.NewParagraphParser(), 1000)
	with := shown(paragraphs, util.Prioritized(parser.NewCodeBlockParser(), 500))
	without := shown(paragraphs)

	fmt.Printf("typed:\n%s\nwith code blocks:\n%s\nwithout:\n%s", message, with, without)

	if !strings.Contains(with, "Save your work.") || !strings.Contains(without, "# Storage moves") ||
		strings.Contains(without, "new hall") || strings.Contains(without, "Save your work.") {
		fmt.Println("it behaves otherwise now")
		os.Exit(1)
	}
}
GO

GOFLAGS=-mod=mod go run .
