// Command recurrence writes what two libraries in other languages make of recurrence rules in
// every time zone, for the tests of internal/maintenance/calendar: ./task compare:recurrence.
//
//	recurrence cases >cases.jsonl
//	recurrence pack cases.jsonl dateutil.txt ical4j.txt >recurrence.jsonl.gz
//
// A case is a line of JSON. The libraries answer each with a line of moments, in UTC.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
)

func main() {
	out := bufio.NewWriter(os.Stdout)

	err := run(os.Args[1:], out)
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "recurrence:", err)
		os.Exit(1)
	}
}

func run(args []string, out *bufio.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "cases":
		return writeCases(out)
	case len(args) == 4 && args[0] == "pack":
		return pack(out, args[1:])
	default:
		return errors.New(`say "cases", or "pack" with the cases and the answers of both libraries`)
	}
}
