package monitor

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/graph-olap/opsconsole/ops"
)

// Unread is a line of the exposition that could not be read; what it would have said is
// missing, and nothing else.
type Unread struct {
	// Line counts from 1.
	Line int `json:"line"`
	// Text is the line, or how it begins.
	Text   string `json:"text"`
	Reason string `json:"reason"`
}

// exposition is a page while it is read. Lines are read one by one, so that an odd one
// costs no other; of their order only that of series within a family is kept.
type exposition struct {
	parser expfmt.TextParser
	// types and helps are by the name in the comment; the last one counts.
	types, helps map[string]string
	samples      []sample
	unread       []Unread
}

// sample is a line with a value.
type sample struct {
	line   int
	text   string
	name   string
	labels []Label
	value  float64
}

// ParseMetrics reads the Prometheus text exposition format, 0.0.4 with names in UTF-8, as
// forgivingly as Prometheus does and more: a line that cannot be read is named in
// [Metrics.Unread], and the others are read all the same. It is an error when none can.
func ParseMetrics(raw []byte) (Metrics, error) {
	e := exposition{
		parser: expfmt.NewTextParser(model.UTF8Validation), types: map[string]string{}, helps: map[string]string{},
	}

	n := 0
	for line := range bytes.Lines(raw) {
		n++
		e.read(n, strings.Trim(string(line), " \t\r\n"))
	}

	// No line begins with a tag, but the style of a page may have some that read like samples.
	if len(e.unread) > 0 && (len(e.samples) == 0 || bytes.HasPrefix(bytes.TrimSpace(raw), []byte("<"))) {
		return Metrics{}, ops.Unavailable(ops.ServiceControlPlane,
			"The control plane's metrics are not in the Prometheus text format.").Because(errors.New(e.unread[0].Reason))
	}

	families := e.families()
	slices.SortFunc(families, func(a, b Family) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.unread, func(a, b Unread) int { return cmp.Compare(a.Line, b.Line) })

	return Metrics{Families: families, Unread: e.unread, Raw: raw}, nil
}

func (e *exposition) read(line int, text string) {
	comment, isComment := strings.CutPrefix(text, "#")

	switch {
	case text == "":
	case isComment:
		e.readComment(line, text, comment)
	default:
		e.readSample(line, text)
	}
}

// readComment keeps a TYPE or a HELP, wherever it stands; every other comment is none.
func (e *exposition) readComment(line int, text, comment string) {
	keyword, rest := cutBlank(comment)
	name, rest := cutName(rest)

	switch {
	case name == "":
	case keyword == "HELP":
		e.helps[name] = unescape(rest)
	case keyword == "TYPE":
		kind := metricType(rest)
		if kind == "" {
			e.skip(line, text, fmt.Sprintf("%q is no type of a metric", rest))

			return
		}

		e.types[name] = kind
	}
}

// metricType is the type as the pages call it, "" for what is none.
func metricType(word string) string {
	switch word = strings.ToLower(word); word {
	case "counter", "gauge", "histogram", "summary", "info", "stateset":
		return word
	case "gaugehistogram", "gauge_histogram":
		return "gauge_histogram"
	case "unknown", "untyped":
		return "untyped"
	default:
		return ""
	}
}

// readSample reads a line by itself: without its TYPE it is a name, labels and a value.
func (e *exposition) readSample(line int, text string) {
	families, err := e.parser.TextToMetricFamilies(strings.NewReader(escapeStray(text) + "\n"))
	if err != nil {
		reason := err.Error()
		if parse, ok := errors.AsType[expfmt.ParseError](err); ok {
			reason = parse.Msg
		}

		e.skip(line, text, reason)

		return
	}

	for name, family := range families {
		for _, metric := range family.GetMetric() {
			s := sample{line: line, text: text, name: name, value: metric.GetUntyped().GetValue()}
			for _, label := range metric.GetLabel() {
				s.labels = append(s.labels, Label{Name: label.GetName(), Value: label.GetValue()})
			}

			e.samples = append(e.samples, s)
		}
	}
}

func (e *exposition) skip(line int, text, reason string) {
	e.unread = append(e.unread, Unread{Line: line, Text: ops.Clip(text), Reason: ops.Clip(reason)})
}

// escapeStray doubles a backslash that escapes nothing, as in C:\temp: Prometheus reads it
// as itself, the parser not at all.
func escapeStray(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}

	var out strings.Builder

	for i := 0; i < len(text); i++ {
		out.WriteByte(text[i])

		switch {
		case text[i] != '\\':
		case i+1 < len(text) && strings.IndexByte(`\"n`, text[i+1]) >= 0:
			i++
			out.WriteByte(text[i])
		default:
			out.WriteByte('\\')
		}
	}

	return out.String()
}

func unescape(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(text)
}

// cutBlank cuts off the first word.
func cutBlank(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i], strings.TrimLeft(text[i:], " \t")
	}

	return text, ""
}

// cutName cuts off a name, which is quoted where it has characters beyond the usual ones.
func cutName(text string) (name, rest string) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil || quoted[0] != '"' {
		return cutBlank(text)
	}

	return unescape(quoted[1 : len(quoted)-1]), strings.TrimLeft(text[len(quoted):], " \t")
}
