package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Answer is a case with its dates, in UTC and separated by spaces, as it is kept.
type Answer struct {
	Case

	// Dates are those of python-dateutil.
	Dates string `json:"dates"`
	// Ical4j are those of ical4j where it has others, and Why what it does there.
	Ical4j string `json:"ical4j,omitempty"`
	Why    string `json:"why,omitempty"`
}

// pack puts the answers of both libraries beside the cases. Where they differ in a way that is not
// known, somebody has to find out who is right first.
func pack(out io.Writer, names []string) (err error) {
	var scanners []*bufio.Scanner

	for _, name := range names {
		file, err := os.Open(name) //nolint:gosec // named by whoever runs this
		if err != nil {
			return err
		}
		defer file.Close()

		scanners = append(scanners, bufio.NewScanner(file))
	}

	packed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}

	lines := json.NewEncoder(packed)
	cases, dateutil, ical4j := scanners[0], scanners[1], scanners[2]

	for cases.Scan() {
		if !dateutil.Scan() || !ical4j.Scan() {
			return errors.New("there are fewer answers than cases")
		}

		one := Answer{Dates: dateutil.Text()}
		if err := json.Unmarshal(cases.Bytes(), &one.Case); err != nil {
			return fmt.Errorf("read the cases: %w", err)
		}

		if ical4j.Text() != one.Dates {
			if one.Ical4j, one.Why = ical4j.Text(), why(one.Case, strings.Fields(one.Dates), strings.Fields(ical4j.Text())); one.Why == "" {
				return fmt.Errorf("they differ, and it is not known why: %s\n%s\n%s", cases.Text(), one.Dates, one.Ical4j)
			}
		}

		if err := lines.Encode(one); err != nil {
			return fmt.Errorf("write the answers: %w", err)
		}
	}

	return packed.Close()
}
