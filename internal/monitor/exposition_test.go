package monitor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// told is what a page came to: families with their types and series, then the lines that could not be read.
func told(m monitor.Metrics) string {
	var out []string

	for _, f := range m.Families {
		text := f.Name + " " + f.Type

		for _, metric := range f.Metrics {
			text += " "
			for _, l := range metric.Labels {
				text += fmt.Sprintf("%s=%q ", l.Name, l.Value)
			}

			if h := metric.Histogram; h != nil {
				text += fmt.Sprintf("n=%g sum=%g %v", h.Count, h.Sum, h.Buckets)
			} else {
				text += fmt.Sprintf("%g", metric.Value)
			}
		}

		out = append(out, text)
	}

	for _, line := range m.Unread {
		out = append(out, fmt.Sprintf("unread %d: %s", line.Line, line.Text))
	}

	return strings.Join(out, "\n")
}

func TestWhatCanBeReadIsRead(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct{ page, want string }{
		"blanks after a value":      {"a 1 \nb 2\t\n", "a untyped 1\nb untyped 2"},
		"a time":                    {"a 1 1395066363000\nb 2", "a untyped 1\nb untyped 2"},
		"no final newline":          {"# TYPE a counter\na 1", "a counter 1"},
		"CRLF":                      {"# TYPE a gauge\r\na{b=\"c\"} 1\r\n\r\n", `a gauge b="c" 1`},
		"a TYPE after its samples":  {"a 1\n# TYPE a counter\na{b=\"c\"} 2\n", `a counter 1 b="c" 2`},
		"a TYPE twice":              {"# TYPE a counter\na 1\n# TYPE a counter\n", "a counter 1"},
		"a TYPE that changes":       {"# TYPE a counter\na 1\n# TYPE a gauge\n", "a gauge 1"},
		"a HELP twice":              {"# HELP a One.\n# HELP a Two.\na 1\n", "a untyped 1"},
		"a path":                    {`a{dir="C:\temp",q="\"x\"",back="C:\\new"} 1`, `a untyped dir="C:\\temp" q="\"x\"" back="C:\\new" 1`},
		"a HELP with a path":        {"# HELP a In C:\\temp.\na 1", "a untyped 1"},
		"types of newer formats":    {"# TYPE a unknown\n# TYPE b info\n# TYPE c stateset\n# TYPE d GaugeHistogram\na 1\nb 1\nc 1\nd_bucket{le=\"+Inf\"} 2\n", "a untyped 1\nb info 1\nc stateset 1\nd gauge_histogram n=2 sum=0 [{+Inf 2}]"},
		"names in UTF-8":            {"# TYPE \"a.b\" gauge\n{\"a.b\",\"c.d\"=\"e\"} 1\n", `a.b gauge c.d="e" 1`},
		"a TYPE that is none":       {"# TYPE a banana\na 1\n", "a untyped 1\nunread 1: # TYPE a banana"},
		"no value":                  {"a 1\nb\nc x\nd 2\n", "a untyped 1\nd untyped 2\nunread 2: b\nunread 3: c x"},
		"labels without an end":     {"a{b=\"c} 1\na{b=\"d\"} 2\n", "a untyped b=\"d\" 2\nunread 1: a{b=\"c} 1"},
		"a series twice":            {"a{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 5\n", "a untyped b=\"1\" c=\"2\" 1\nunread 2: a{c=\"2\",b=\"1\"} 5"},
		"an exemplar":               {"a 1\nb 2 # {trace=\"x\"} 0.5\n", "a untyped 1\nunread 2: b 2 # {trace=\"x\"} 0.5"},
		"a histogram out of order":  {"h_count 3\nh_bucket{le=\"+Inf\"} 3\nh_sum 6\nh_bucket{le=\"1\"} 2\n# TYPE h histogram\n", "h histogram n=3 sum=6 [{1 2} {+Inf 3}]"},
		"a histogram in fractions":  {"# TYPE h histogram\nh_bucket{le=\"1\"} 0.25\nh_bucket{le=\"+Inf\"} 1.5\nh_sum 2\nh_count 1.5\n", "h histogram n=1.5 sum=2 [{1 0.25} {+Inf 1.5}]"},
		"a histogram with no count": {"# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\n", "h histogram n=3 sum=0 [{+Inf 3}]"},
		"a bound that is none":      {"# TYPE h histogram\nh_bucket{le=\"x\"} 3\nh_bucket 3\nh_count 3\nh 5\n", "h histogram n=3 sum=0 []\nunread 2: h_bucket{le=\"x\"} 3\nunread 3: h_bucket 3\nunread 5: h 5"},
		"a summary":                 {"# TYPE s summary\ns{quantile=\"0.5\",b=\"c\"} 1\ns_sum{b=\"c\"} 8\ns_count{b=\"c\"} 4\n", "s summary b=\"c\" n=4 sum=8 []"},
		"a count of its own":        {"# TYPE h histogram\n# TYPE h_count gauge\nh_count 3\n", "h_count gauge 3"},
		"a comment":                 {"# \n#\n#TYPE\n# EOF\n#x\na 1\n", "a untyped 1"},
		"nothing":                   {"\n", ""},
	} {
		got, err := monitor.ParseMetrics([]byte(c.page))
		if err != nil || told(got) != c.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", name, err, told(got), c.want)
		}
	}
}

func TestAPageThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()

	for _, page := range []string{"<html>not metrics</html>", "<style>\n body { margin: 0 }\n top: 0\n</style>", `{"detail": "Not Found"}`} {
		if got, err := monitor.ParseMetrics([]byte(page)); err == nil {
			t.Errorf("%s was read as\n%s\nwant an error", page, told(got))
		}
	}
}

func TestALineThatCannotBeReadIsClipped(t *testing.T) {
	t.Parallel()

	got, err := monitor.ParseMetrics([]byte("a 1\nb \xff" + strings.Repeat("x", 100_000)))
	if err != nil || len(got.Unread) != 1 || len(got.Unread[0].Text) > 250 || len(got.Unread[0].Reason) > 250 {
		t.Errorf("got %v, %d lines, want one unread line, its text and its reason of 250 bytes at most", err, len(got.Unread))
	}
}

func FuzzParseMetrics(f *testing.F) {
	f.Add([]byte(odd))
	f.Add([]byte(`a{dir="C:\temp"} 1`))
	f.Fuzz(func(_ *testing.T, page []byte) { _, _ = monitor.ParseMetrics(page) })
}
