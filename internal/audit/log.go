package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Log is the audit log in a database.
type Log struct {
	// Keys are what entries are chained with, and KeyedFrom the first entry that has to be, 0 where nobody says. Both
	// are set before the log is used.
	Keys      Keys
	KeyedFrom int64
	// Verified, when not nil, is told of each head that was verified, at least one each thousand entries.
	Verified func(Head)
	// Patience is how long is looked for what a text finds; 0 is a second. It is set before the log is used.
	Patience time.Duration

	db     *store.DB
	now    func() time.Time
	search *search.Index

	verified verification
	refusals refusals
	written  atomic.Uint64
}

// New returns the log of the database; now is the clock.
func New(db *store.DB, now func() time.Time) *Log {
	return &Log{db: db, now: now, search: search.New(db), refusals: refusals{counts: map[refusalKey]*refusalCount{}}}
}

// Record writes one entry in a transaction of its own. What is refused again and again without
// having been begun is written down a few times, and then counted: the entry returned is then none, with the
// number 0. [Log.SumUp] writes down the count.
func (l *Log) Record(ctx context.Context, actor Actor, entry Entry) (Entry, error) {
	if entry.Outcome != Refused {
		return l.record(ctx, actor, entry)
	}

	actor.Claim = nil // it stands alone: nothing was done

	// How an act ended is never left out, and strangers are bounded where they come in.
	if entry.Intent != 0 || actor.Username == "" {
		return l.record(ctx, actor, entry)
	}

	if !l.refusals.next(l.now(), actor, entry) {
		actor.audited()

		return Entry{}, nil
	}

	written, err := l.record(ctx, actor, entry)
	if err != nil {
		l.refusals.forget(actor, entry)
	}

	return written, err
}

func (l *Log) record(ctx context.Context, actor Actor, entry Entry) (Entry, error) {
	err := l.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error

		entry, err = l.Append(ctx, tx, actor, entry)

		return err
	})

	l.written.Add(1)

	return entry, err
}

// Written counts the transactions of [Log.Record] of this process, once they have ended.
func (l *Log) Written() uint64 { return l.written.Load() }

// Head is the number of the newest entry, whichever replica wrote it.
func (l *Log) Head(ctx context.Context) (seq int64, err error) {
	err = l.db.Read().QueryRowContext(ctx, `SELECT seq FROM opsconsole_audit_head WHERE id = 1`).Scan(&seq)

	return seq, err
}

// Shared is the time by the clock that replicas share, for an entry whose time is compared with what another one saw.
func (l *Log) Shared(ctx context.Context) (time.Time, error) {
	return l.db.Now(ctx, l.db.Read(), l.now)
}

// Append writes one entry within tx and returns it with its number, time and hashes; a time that it has already is kept. The
// actor's first is what their idempotency key stands for from then on. The error of the actor's
// gate is returned as it is.
func (l *Log) Append(ctx context.Context, tx *sql.Tx, actor Actor, entry Entry) (Entry, error) {
	if err := actor.admit(ctx, tx, &entry); err != nil {
		return Entry{}, err
	}

	entry.Actor, entry.Role = actor.Username, actor.Role
	entry.RemoteAddr, entry.RequestID = actor.RemoteAddr, actor.RequestID
	entry.Issuer, entry.Subject = strings.ReplaceAll(actor.Issuer, "\n", " "), actor.Subject

	if entry.At.IsZero() {
		entry.At = l.now().UTC().Truncate(time.Microsecond)
	}

	for _, text := range []*string{
		&entry.Actor, &entry.Issuer, &entry.Subject, &entry.RemoteAddr, &entry.RequestID, &entry.Object, &entry.Reason, &entry.Message,
	} {
		*text = cleanText(*text)
	}

	// The update locks the head until tx ends: entries get their places one by one.
	err := tx.QueryRowContext(ctx,
		`UPDATE opsconsole_audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash, COALESCE(chain, 'sha256')`,
	).Scan(&entry.Seq, &entry.PrevHash, &entry.Chain)
	if err != nil {
		return Entry{}, fmt.Errorf("take the audit log's head: %w", err)
	}

	failpoint.Reach(failpoint.AuditHeadTaken)

	if err := l.Keys.seal(&entry); err != nil {
		if missing, ok := errors.AsType[MissingKeyError](err); ok {
			err = ops.Unavailable("audit_key", missing.Error()).Because(err)
		}

		return Entry{}, err
	}

	err = store.Send(ctx, tx, `
		INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome,
			reason, intent, change_id, before_json, after_json, message, prev_hash, hash,
			issuer, subject, identity_hash, chain, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
			NULLIF($18, ''), NULLIF($19, ''), NULLIF($20, ''), NULLIF($21, 'sha256'), NULLIF($22, ''))`,
		entry.Seq, store.Time{Time: entry.At}, entry.Actor, entry.Role, entry.RemoteAddr, entry.RequestID,
		entry.Action, entry.Object, entry.Outcome, entry.Reason, entry.Intent, entry.Change,
		string(entry.Before), string(entry.After), entry.Message, entry.PrevHash, entry.Hash,
		entry.Issuer, entry.Subject, entry.IdentityHash, entry.Chain, entry.MAC)
	if err != nil {
		return Entry{}, fmt.Errorf("write the audit entry: %w", err)
	}

	err = store.Send(ctx, tx, `UPDATE opsconsole_audit_head SET hash = $1, chain = $2 WHERE id = 1`, entry.Hash, entry.Chain)
	if err != nil {
		return Entry{}, fmt.Errorf("move the audit log's head: %w", err)
	}

	if err := actor.Claim.Keep(ctx, tx, entry.Seq); err != nil {
		return Entry{}, err
	}

	failpoint.Reach(failpoint.AuditAppended)
	actor.audited()

	if actor.Newest != nil {
		actor.Newest.Store(entry.Seq)
	}

	return entry, actor.admitted(ctx, tx, entry)
}

// textMax is what an entry keeps of one text, in characters: far more than a reason or a
// sentence has. Nothing is ever deleted from the log.
const textMax = 2000

// cleanText drops what a database cannot keep, and the end of what is too long: an attempt
// is logged whatever it held.
func cleanText(s string) string {
	return ops.Shorten(strings.ReplaceAll(s, "\x00", "\uFFFD"), textMax)
}

const columns = `seq, at, actor, role, remote_addr, request_id, action, object, outcome,
	reason, intent, change_id, before_json, after_json, message, prev_hash, hash,
	COALESCE(issuer, ''), COALESCE(subject, ''), COALESCE(identity_hash, ''), COALESCE(chain, 'sha256'), COALESCE(mac, '')`

func scan(rows *sql.Rows) (Entry, error) {
	var (
		e             Entry
		at            store.Time
		before, after string
	)

	err := rows.Scan(&e.Seq, &at, &e.Actor, &e.Role, &e.RemoteAddr, &e.RequestID, &e.Action, &e.Object,
		&e.Outcome, &e.Reason, &e.Intent, &e.Change, &before, &after, &e.Message, &e.PrevHash, &e.Hash,
		&e.Issuer, &e.Subject, &e.IdentityHash, &e.Chain, &e.MAC)
	if err != nil {
		return Entry{}, fmt.Errorf("read an audit entry: %w", err)
	}

	e.At = at.Time

	if before != "" {
		e.Before = json.RawMessage(before)
	}

	if after != "" {
		e.After = json.RawMessage(after)
	}

	return e, nil
}
