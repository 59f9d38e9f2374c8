package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is a line of go test -json; go doc test2json describes it.
type event struct {
	Action  string `json:"action"`
	Package string `json:"package"`
	Test    string `json:"test"`
	Output  string `json:"output"`
}

// summary counts tests and their subtests; a package that fails by itself, because
// it does not build or panics, counts as one failure.
type summary struct{ passed, failed, skipped int }

// Error says that not everything passed.
func (s summary) Error() string {
	switch {
	case s.failed > 0:
		return "there are failures"
	case s.skipped > 0:
		return "there are skipped tests"
	default:
		return "there are no tests"
	}
}

type reporter struct {
	out    io.Writer
	sum    summary
	output map[string][]string // what running tests have said, by package and test
	failed map[string]bool     // packages with a failed test
	names  []string            // what failed or was skipped, in order
}

// report passes on the lines of packages and of builds as they come, those of a test
// when it fails or is skipped, and at the end the names of these and the count.
func report(events io.Reader, out io.Writer) (summary, error) {
	r := &reporter{out: out, output: map[string][]string{}, failed: map[string]bool{}}
	lines := bufio.NewReader(events)

	for {
		line, err := lines.ReadString('\n')

		var e event

		switch {
		case line == "":
		case json.Unmarshal([]byte(line), &e) != nil:
			r.print(line)
		default:
			r.add(e)
		}

		if err == io.EOF {
			break
		}

		if err != nil {
			return r.sum, err
		}
	}

	r.print("\n")

	for _, name := range r.names {
		r.print(name + "\n")
	}

	r.print(fmt.Sprintf("%d passed, %d failed, %d skipped\n", r.sum.passed, r.sum.failed, r.sum.skipped))

	return r.sum, nil
}

func (r *reporter) add(e event) {
	key := e.Package + "\n" + e.Test

	switch e.Action {
	case "build-output":
		r.print(e.Output)
	case "output":
		switch {
		case e.Test != "":
			r.output[key] = append(r.output[key], e.Output)
		case e.Output != "PASS\n": // the line with ok follows
			r.print(e.Output)
		}
	case "pass":
		if e.Test != "" {
			r.sum.passed++
		}

		delete(r.output, key)
	case "fail":
		r.fail(e, key)
	case "skip":
		if e.Test != "" { // a package without tests has nothing to skip
			r.sum.skipped++
			r.names = append(r.names, "SKIPPED "+e.Package+" "+e.Test)
			r.flush(key)
		}
	}
}

func (r *reporter) fail(e event, key string) {
	if e.Test != "" {
		r.sum.failed++
		r.failed[e.Package] = true
		r.names = append(r.names, "FAILED  "+e.Package+" "+e.Test)
		r.flush(key)

		return
	}

	// Tests that a panic or a time-out cut short have no event of their own.
	for _, key := range slices.Sorted(maps.Keys(r.output)) {
		if strings.HasPrefix(key, e.Package+"\n") {
			r.flush(key)
		}
	}

	if !r.failed[e.Package] {
		r.sum.failed++
		r.names = append(r.names, "FAILED  "+e.Package)
	}
}

func (r *reporter) flush(key string) {
	for _, line := range r.output[key] {
		r.print(line)
	}

	delete(r.output, key)
}

func (r *reporter) print(line string) {
	io.WriteString(r.out, line) //nolint:errcheck // there is nowhere to say it
}
