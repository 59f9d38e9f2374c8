package config

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader turns settings into values. A value that it cannot read is the zero value,
// and a problem.
type reader struct {
	lookupHost func(ctx context.Context, host string) ([]netip.Addr, error)
	// files are where secrets were read, by flag.
	files    map[string]string
	problems []Problem
}

// badf notes a problem; the first one of a setting is enough.
func (r *reader) badf(s setting, format string, args ...any) {
	if r.ok(s) {
		r.problems = append(r.problems, Problem{Flag: "--" + s.flag, Variable: variable(s.flag), Message: fmt.Sprintf(format, args...)})
	}
}

// ok reports that no problem of the setting was found so far.
func (r *reader) ok(s setting) bool {
	return !slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Flag == "--"+s.flag })
}

// required reads text that must be there; todo says what to give.
func (r *reader) required(s setting, todo string) string {
	text := strings.TrimSpace(s.text)
	if text == "" {
		r.badf(s, "is missing; %s", todo)
	}

	return text
}

// claim reads the path of a claim that must be there.
func (r *reader) claim(s setting, todo string) string {
	r.required(s, todo)

	return r.claimPath(s)
}

// claimPath reads the path of a claim: a name, names joined by dots, or, where it begins
// with a slash, a JSON pointer (RFC 6901).
func (r *reader) claimPath(s setting) string {
	path := strings.TrimSpace(s.text)
	if strings.HasPrefix(path, "/") && strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(path), "~") {
		r.badf(s, "is %q, which is not a JSON pointer; inside a name write ~ as ~0 and / as ~1", path)
	}

	return path
}

// parseDuration reads a duration of at least low.
func (r *reader) parseDuration(s setting, low time.Duration) time.Duration {
	d, err := time.ParseDuration(s.text)

	switch {
	case err != nil:
		r.badf(s, "is %q, which is not a duration; write one such as 500ms, 30s or 12h", s.text)
	case d < low:
		r.badf(s, "is %s; it must be at least %s", s.text, short(low))
	}

	return d
}

func (r *reader) oneOf(s setting, allowed ...string) string {
	if !slices.Contains(allowed, s.text) {
		r.badf(s, "is %q; it must be one of %s", s.text, strings.Join(allowed, ", "))
	}

	return s.text
}

func (r *reader) parseBool(t toggle) bool {
	if t.text == "" {
		return false
	}

	value, err := strconv.ParseBool(t.text)
	if err != nil {
		r.badf(t.setting, "is %q; it must be true or false", t.text)
	}

	return value
}

// parseFloat reads a number from 0 to high.
func (r *reader) parseFloat(s setting, high float64) float64 {
	n, err := strconv.ParseFloat(s.text, 64)

	switch {
	case err == nil && n >= 0 && n <= high: // which NaN is not
	case high == math.MaxFloat64:
		r.badf(s, "is %q; it must be a number, 0 or more", s.text)
	default:
		r.badf(s, "is %q; it must be a number from 0 to %g", s.text, high)
	}

	return n
}

// parseInt reads a whole number, 0 or more.
func (r *reader) parseInt(s setting) uint64 {
	n, err := strconv.ParseUint(s.text, 10, 64)
	if err != nil {
		r.badf(s, "is %q; it must be a whole number, 0 or more", s.text)
	}

	return n
}

func (r *reader) logLevel(s setting) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.text)); err != nil {
		r.badf(s, "is %q; it must be debug, info, warn or error", s.text)
	}

	return level
}
