package audit

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/spreadsheet"
)

// Export yields the entries after the one of that number, oldest first, up to the one that was the newest as
// it began. Entries get their numbers in the order in which they are committed, so that an export goes on where another ended.
func (l *Log) Export(ctx context.Context, after int64) iter.Seq2[Entry, error] {
	const pageSize = 1000

	return func(yield func(Entry, error) bool) {
		var newest int64

		err := l.db.Read().QueryRowContext(ctx, `SELECT seq FROM opsconsole_audit_head WHERE id = 1`).Scan(&newest)
		if err != nil {
			yield(Entry{}, fmt.Errorf("read the audit log's head: %w", err))

			return
		}

		for after < newest {
			page, err := l.list(ctx, pageSize, `WHERE seq > $1 AND seq <= $2 ORDER BY seq`, after, newest)
			if err != nil {
				yield(Entry{}, err)

				return
			}

			for _, e := range page.Items {
				if !yield(e, nil) {
					return
				}

				after = e.Seq
			}

			if page.Next == 0 {
				return
			}
		}
	}
}

// Writer writes entries in a format for others.
type Writer interface {
	// Head writes what stands above all entries.
	Head() error
	Write(e Entry) error
	// Flush writes what is held back.
	Flush() error
}

// CSV writes entries as rows.
func CSV(w *csv.Writer) Writer { return csvWriter{w} }

type csvWriter struct{ *csv.Writer }

// Head implements [Writer].
func (w csvWriter) Head() error {
	return w.Writer.Write([]string{
		"seq", "at", "actor", "role", "remote_addr", "request_id", "action", "object", "outcome",
		"reason", "intent", "change", "before", "after", "message", "prev_hash", "hash",
		"issuer", "subject", "identity_hash", "chain", "mac",
	})
}

// Write implements [Writer].
func (w csvWriter) Write(e Entry) error {
	row := []string{
		strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), e.Actor, e.Role, e.RemoteAddr, e.RequestID,
		string(e.Action), e.Object, string(e.Outcome), e.Reason, strconv.FormatInt(e.Intent, 10), strconv.FormatInt(e.Change, 10),
		string(e.Before), string(e.After), e.Message, e.PrevHash, e.Hash,
		e.Issuer, e.Subject, e.IdentityHash, e.Chain, e.MAC,
	}
	for i, text := range row {
		row[i] = spreadsheet.Cell(text)
	}

	return w.Writer.Write(row)
}

// Flush implements [Writer].
func (w csvWriter) Flush() error {
	w.Writer.Flush()

	return w.Error()
}

// Lines writes entries as JSON, each on a line, from which its hash is made.
func Lines(w io.Writer) Writer { return lineWriter{json.NewEncoder(w)} }

type lineWriter struct{ encoder *json.Encoder }

// Head implements [Writer].
func (lineWriter) Head() error { return nil }

// Write implements [Writer].
func (w lineWriter) Write(e Entry) error { return w.encoder.Encode(e) }

// Flush implements [Writer].
func (lineWriter) Flush() error { return nil }
