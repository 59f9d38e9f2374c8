package monitor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// assembly puts the lines of a page together as families.
type assembly struct {
	*exposition

	families map[string]*Family
	// lines are those of the series that were seen already, by family and labels.
	lines map[string]int
	// whole are the places in their families of histograms and summaries, which have
	// several lines each.
	whole map[string]int
}

// families are the lines with a value, by the names that they share.
func (e *exposition) families() []Family {
	a := assembly{exposition: e, families: map[string]*Family{}, lines: map[string]int{}, whole: map[string]int{}}

	for _, s := range e.samples {
		key := seriesKey(s.name, s.labels)
		if line, twice := a.lines[key]; twice {
			e.skip(s.line, s.text, fmt.Sprintf("it says again what line %d says", line))

			continue
		}

		a.lines[key] = s.line
		a.add(s)
	}

	out := make([]Family, 0, len(a.families))

	for _, f := range a.families {
		for i := range f.Metrics {
			f.Metrics[i].Histogram.finish()
		}

		out = append(out, *f)
	}

	return out
}

func (a *assembly) add(s sample) {
	base, part := a.split(s.name)
	kind := a.types[base]

	switch {
	case part == "" && kind == "summary" && slices.ContainsFunc(s.labels, func(l Label) bool { return l.Name == "quantile" }):
		a.part(base, s.without("quantile")) // The page shows how many and how much.
	case part == "" && (composed(kind) || kind == "summary"):
		a.skip(s.line, s.text, "it is no part of a "+strings.ReplaceAll(kind, "_", " "))
	case part == "":
		f := a.family(s.name)
		f.Metrics = append(f.Metrics, Metric{Labels: s.labels, Value: Number(s.value)})
	case part == "_count":
		h := a.part(base, s.labels)
		h.Count, h.counted = Number(s.value), true
	case part == "_sum":
		a.part(base, s.labels).Sum = Number(s.value)
	default:
		bound, ok := s.bound()
		if !ok {
			a.skip(s.line, s.text, "its le is no bound that observations can lie below")

			return
		}

		h := a.part(base, s.without("le"))
		h.Buckets = append(h.Buckets, Bucket{UpperBound: Number(bound), Count: Number(s.value)})
	}
}

// split tells which part of which histogram or summary a name is; part is "" for a name of
// its own.
func (a *assembly) split(name string) (base, part string) {
	if _, declared := a.types[name]; declared {
		return name, ""
	}

	for _, part := range []string{"_bucket", "_count", "_sum"} {
		base, ok := strings.CutSuffix(name, part)
		if kind := a.types[base]; ok && (composed(kind) || kind == "summary" && part != "_bucket") {
			return base, part
		}
	}

	return name, ""
}

// composed reports whether a metric of the type has buckets.
func composed(kind string) bool { return kind == "histogram" || kind == "gauge_histogram" }

func (a *assembly) family(name string) *Family {
	f, ok := a.families[name]
	if !ok {
		f = &Family{Name: name, Help: a.helps[name], Type: a.types[name]}
		if f.Type == "" {
			f.Type = "untyped"
		}

		a.families[name] = f
	}

	return f
}

// part is the histogram that has the labels, a new one for the first of its lines.
func (a *assembly) part(name string, labels []Label) *Histogram {
	f, key := a.family(name), seriesKey(name, labels)

	i, ok := a.whole[key]
	if !ok {
		i = len(f.Metrics)
		a.whole[key] = i

		f.Metrics = append(f.Metrics, Metric{Labels: labels, Histogram: &Histogram{}})
	}

	return f.Metrics[i].Histogram
}

// bound reads le: what counts up to nothing, or to no number, is none.
func (s sample) bound() (bound float64, ok bool) {
	i := slices.IndexFunc(s.labels, func(l Label) bool { return l.Name == "le" })
	if i < 0 {
		return 0, false
	}

	bound, err := strconv.ParseFloat(s.labels[i].Value, 64)

	return bound, err == nil && (finite(bound) || math.IsInf(bound, 1))
}

func (s sample) without(label string) []Label {
	return slices.DeleteFunc(slices.Clone(s.labels), func(l Label) bool { return l.Name == label })
}

// seriesKey names a series: its family, and its labels in the order of their names.
func seriesKey(family string, labels []Label) string {
	sorted := slices.SortedFunc(slices.Values(labels), func(a, b Label) int { return strings.Compare(a.Name, b.Name) })

	var key strings.Builder

	key.WriteString(family)

	for _, l := range sorted {
		key.WriteString("\xff" + l.Name + "\xff" + l.Value) // No text in UTF-8 has that byte.
	}

	return key.String()
}
