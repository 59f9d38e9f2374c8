package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// Check takes a checker through the whole log at once. The fault names the first entry that does not
// fit, "" where all fit.
func (l *Log) Check(ctx context.Context, c *Checker) (fault string, err error) {
	for {
		_, done, err := l.readBatch(ctx, c, 0)
		if done || err != nil {
			return c.Found(), err
		}
	}
}

// exportedTail is how the line of an entry ends: with nothing but what seals it. Those that were
// exported before entries could be keyed end with the hash.
var exportedTail = regexp.MustCompile(
	`^,"hash":"[^"\\]*"(,"issuer":"([^"\\]|\\.)*")?(,"subject":"([^"\\]|\\.)*")?(,"identity_hash":"[^"\\]*")?` +
		`(,"chain":"[^"\\]*"(,"mac":"[^"\\]*")?)?}$`)

var errNoEntry = errors.New("is not an entry of a JSON export")

// entryMax is the longest line of an entry, in bytes: far more than any has.
const entryMax = 64 << 20

// CheckExport takes a checker through the lines of an export, oldest first, at once. An export may begin anywhere; from is its first
// entry, 0 where it has none.
func CheckExport(r io.Reader, c *Checker) (from int64, fault string, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, entryMax)

	for n := 1; lines.Scan(); n++ {
		e, digest, err := exported(lines.Bytes())
		if err != nil {
			return from, "", fmt.Errorf("line %d %w", n, err)
		}

		if from == 0 {
			from = e.Seq
			c.Reached.Seq, c.Reached.Hash, c.partly = e.Seq-1, e.PrevHash, e.Seq > 1
		}

		if c.next(e, digest) != "" {
			return from, c.Found(), nil
		}
	}

	if err := lines.Err(); err != nil {
		return from, "", fmt.Errorf("read the export: %w", err)
	}

	c.fault = c.ended()

	return from, c.Found(), nil
}

// exported reads a line, and what its hash has to be: also of one that has members that a later version wrote.
func exported(line []byte) (e Entry, digest string, err error) {
	line = bytes.TrimRight(line, "\r\n")

	digest, err = digestOf(line)
	if err != nil || json.Unmarshal(line, &e) != nil || e.Seq < 1 {
		return Entry{}, "", errNoEntry
	}

	if !exportedTail.Match(line[bytes.LastIndex(line, []byte(`,"hash":"`)):]) {
		return Entry{}, "", errNoEntry
	}

	if e.Chain == "" {
		e.Chain = Unkeyed
	}

	return e, digest, nil
}
