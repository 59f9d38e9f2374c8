package config

import (
	"fmt"
	"go/doc/comment"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"
)

const program = "opsconsole"

// helpWriter writes lines of a width, below each other.
type helpWriter struct {
	out    *strings.Builder
	indent string
	width  int // of what follows the indent
}

func (w helpWriter) line(text string) {
	w.out.WriteString(strings.TrimRight(w.indent+text, " ") + "\n")
}

func (w helpWriter) lines(texts []string) {
	for _, text := range texts {
		w.line(text)
	}
}

func (w helpWriter) indented() helpWriter {
	const by = "  "

	return helpWriter{out: w.out, indent: w.indent + by, width: w.width - len(by)}
}

// wrapped breaks lines where Go's documentation would.
func wrapped(text string, width int) []string {
	var parser comment.Parser

	printer := comment.Printer{TextCodePrefix: "  ", TextWidth: width}

	return strings.Split(strings.TrimSpace(string(printer.Text(parser.Parse(text)))), "\n")
}

// writeHelp says what a command is for, and what may follow it.
func (n *node) writeHelp(machine Machine) error {
	w := helpWriter{out: new(strings.Builder), width: columns(machine)}

	w.line("Usage: " + n.usage())
	w.line("")
	w.lines(wrapped(n.help, w.width))

	if len(n.args) > 0 {
		var rows [][2]string
		for _, a := range n.args {
			rows = append(rows, [2]string{a.usage(), a.help})
		}

		w.table("Arguments:", rows)
	}

	n.writeFlags(w)

	if len(n.children) > 0 {
		var rows [][2]string
		for _, child := range n.children {
			rows = append(rows, [2]string{child.path(), child.help})
		}

		w.table("Commands:", rows)
	}

	if n.parent == nil {
		w.line("")
		w.line(`Run "` + program + ` <command> --help" for more information on a command.`)
	}

	_, err := io.WriteString(machine.Out, w.out.String())

	return err
}

// writeFlags writes the flags without a group below --help, then each group's.
func (n *node) writeFlags(w helpWriter) {
	const beside = "    " // as wide as a short flag

	groups := []string{""}
	rows := map[string][][2]string{"": {{"-h, --help", "Show context-sensitive help."}}}

	for i, f := range n.flags {
		row := [2]string{f.usage(), f.described()}

		if f.group == "" {
			row[0] = beside + row[0]

			if !slices.ContainsFunc(n.flags[:i], func(f *flag) bool { return f.group == "" }) {
				rows[""] = append(rows[""], [2]string{})
			}
		}

		if !slices.Contains(groups, f.group) {
			groups = append(groups, f.group)
		}

		rows[f.group] = append(rows[f.group], row)
	}

	for _, group := range groups {
		title := group
		if group == "" {
			title = "Flags:"
		}

		w.table(title, rows[group])
	}
}

// table writes rows of two columns, the second of which is wrapped.
func (w helpWriter) table(title string, rows [][2]string) {
	const (
		gap      = "    "
		leastOf  = 30
		ofAll    = 375 // the first column's part, in thousandths
		thousand = 1000
	)

	w.line("")
	w.lines(wrapped(title, w.width))

	w = w.indented()
	widest, left := max(leastOf, ofAll*w.width/thousand), 0

	for _, row := range rows {
		if length := len(row[0]); length < widest {
			left = max(left, length)
		}
	}

	for _, row := range rows {
		texts := wrapped(row[1], w.width-left-len(gap))

		if len(row[0]) < widest {
			w.line(fmt.Sprintf("%-*s", left, row[0]) + gap + texts[0])
			texts = texts[1:]
		} else {
			w.line(row[0])
		}

		for _, text := range texts {
			w.line(strings.Repeat(" ", left) + gap + text)
		}
	}
}

func (n *node) usage() string {
	words := []string{program}
	if n.parent != nil {
		words = append(words, n.path())
	}

	for _, a := range n.args {
		words = append(words, a.usage())
	}

	if len(n.children) > 0 {
		words = append(words, "<command>")
	}

	if len(n.flags) > 0 {
		words = append(words, "[flags]")
	}

	return strings.Join(words, " ")
}

func (a *argument) usage() string {
	if a.optional {
		return "[<" + a.name + ">]"
	}

	return "<" + a.name + ">"
}

func (f *flag) usage() string {
	if f.alone {
		return "--" + f.name
	}

	return "--" + f.name + "=" + f.placeholder
}

// described is the help with the default and where else the setting is looked for.
func (f *flag) described() string {
	text := f.help
	if f.standard != "" {
		text += " Default " + f.standard + "."
	}

	text += " $" + variable(f.name)
	if f.secret {
		text += ", or in the file $" + variable(f.name) + "_FILE"
	}

	return text
}

// columns is the width of the terminal, where it is known.
func columns(machine Machine) int {
	const usual = 80

	text, _ := machine.LookupEnv("COLUMNS")
	if width, err := strconv.Atoi(text); err == nil {
		return width
	}

	if file, ok := machine.Out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}

	return usual
}
