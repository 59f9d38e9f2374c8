package format

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Count writes a whole number with thousands separators: 1,204.
func Count[T ~int | ~int64 | ~uint64](n T) string {
	return separate(strconv.FormatInt(int64(n), 10))
}

// Number writes a measured value with at most three decimals: 1,204, 0.125, 1.2e+09 from
// a billion on. What is not a number is NaN or +Inf, as Prometheus writes it.
func Number(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.ReplaceAll(strconv.FormatFloat(f, 'f', -1, 64), "+Inf", "∞")
	case math.Abs(f) >= 1e15 || f != 0 && math.Abs(f) < 0.001:
		return strconv.FormatFloat(f, 'g', 3, 64)
	}

	text := strconv.FormatFloat(f, 'f', 3, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")

	whole, fraction, found := strings.Cut(text, ".")
	if !found {
		return separate(whole)
	}

	return separate(whole) + "." + fraction
}

// Millis writes a latency in milliseconds: <0.1 ms, 0.4 ms, 12 ms, 1.24 s.
func Millis(ms float64) string {
	switch {
	case ms > 0 && ms < 0.05:
		return "<0.1 ms"
	case ms < 10:
		return strconv.FormatFloat(math.Round(ms*10)/10, 'f', -1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	default:
		return Seconds(ms / 1000)
	}
}

// Seconds writes how long something takes: 40 ms, 0.42 s, 2 min 5 s.
func Seconds(s float64) string {
	const short = 0.1

	switch {
	case s < short:
		return Millis(s * 1000)
	case s < 10:
		return strconv.FormatFloat(math.Round(s*100)/100, 'f', -1, 64) + " s"
	case s < 60:
		return strconv.FormatFloat(math.Round(s*10)/10, 'f', -1, 64) + " s"
	default:
		return Span(time.Duration(s * float64(time.Second)))
	}
}

// Percent writes part of whole: 84%, and 0% of nothing. Only all of it is 100%.
func Percent(part, whole int) string {
	if whole <= 0 {
		return "0%"
	}

	p := int(math.Round(100 * float64(part) / float64(whole)))
	if p == 100 && part < whole {
		p = 99
	}

	return strconv.Itoa(p) + "%"
}

// Share writes a part of a whole to the hundredth, never more than it is: 99.98%. Only all
// of it is 100%.
func Share(part, whole float64) string {
	if whole <= 0 {
		return "0%"
	}

	return strconv.FormatFloat(math.Floor(1e4*part/whole)/100, 'f', -1, 64) + "%"
}

// Signed writes a difference with its sign: +3, −2. It has a real minus.
func Signed(n int64) string {
	if n < 0 {
		return "−" + separate(strconv.FormatInt(-n, 10))
	}

	return "+" + separate(strconv.FormatInt(n, 10))
}

// Plural writes a count with its noun: 1 job, 4 jobs.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}

	return Count(n) + " " + many
}

func separate(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}

	const group = 3

	for i := len(digits) - group; i > 0; i -= group {
		digits = digits[:i] + "," + digits[i:]
	}

	return sign + digits
}

// ID is a number that names something: digits alone.
func ID(id int64) string { return strconv.FormatInt(id, 10) }
