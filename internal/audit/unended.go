package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Unended returns the oldest intents of an action of which nothing says how they ended, from a number on.
func (l *Log) Unended(ctx context.Context, action Action, from int64) ([]Entry, error) {
	const most = 100

	page, err := l.list(ctx, most, `AS i WHERE action = $1 AND outcome = 'intent' AND seq >= $2 AND NOT EXISTS (
		SELECT 1 FROM opsconsole_audit e WHERE e.action = $1 AND e.seq > i.seq AND e.intent = i.seq) ORDER BY seq`, action, from)

	return page.Items, err
}

// errEnded says that an intent has an ending.
var errEnded = errors.New("it is known how it ended")

// End writes how the act of an intent ended, unless that stands there.
func (l *Log) End(ctx context.Context, actor Actor, entry Entry) error {
	err := l.db.Tx(ctx, func(tx *sql.Tx) error {
		written, err := l.Append(ctx, tx, actor, entry) // from here on nobody else writes
		if err != nil {
			return err
		}

		var others int

		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_audit WHERE action = $1 AND seq > $2 AND seq < $3 AND intent = $2`,
			entry.Action, entry.Intent, written.Seq).Scan(&others)
		if err != nil {
			return fmt.Errorf("look how an intent ended: %w", err)
		}

		if others > 0 {
			return errEnded
		}

		return nil
	})
	if errors.Is(err, errEnded) {
		return nil
	}

	return err
}
