package audit

import (
	"context"
	"fmt"
)

// Start notes in the log that entries are chained with another key from now on, where they are. It fails where
// they are chained with one that is not here: what was written then would stand in the log for good as written without it.
func (l *Log) Start(ctx context.Context) error {
	var before string

	err := l.db.Read().QueryRowContext(ctx, `SELECT COALESCE(chain, 'sha256') FROM opsconsole_audit_head WHERE id = 1`).Scan(&before)
	if err != nil {
		return fmt.Errorf("read the audit log's head: %w", err)
	}

	chain, err := l.Keys.chainAfter(before)
	if err != nil || chain == before {
		return err
	}

	_, err = l.record(ctx, Actor{Username: "opsconsole"}, Entry{
		Action: LogKey, Object: "audit/key/" + l.Keys.Use, Outcome: Done,
		Message: "From here, entries are chained with HMAC-SHA256 under the key " + l.Keys.Use + ".",
	})

	return err
}
