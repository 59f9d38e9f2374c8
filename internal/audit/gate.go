package audit

import (
	"context"
	"database/sql"
)

// Gate stands before what its actor begins. All that is done is written down first, so it stands
// where that is: no act can pass beside it.
type Gate interface {
	// Admit decides whether an act may begin whose first entry is about to be written in the
	// transaction, nil when that is not there yet. It may add to the entry; its error undoes the
	// transaction, and is returned by whoever was to act.
	Admit(ctx context.Context, tx *sql.Tx, entry *Entry) error
	// Admitted hears of the entry once it is written, in the same transaction.
	Admitted(ctx context.Context, tx *sql.Tx, entry Entry) error
}

// begins reports whether the entry is the first of an act: it was not refused, and settles no
// intent.
func (e Entry) begins() bool {
	return e.Intent == 0 && (e.Outcome == Intent || e.Outcome == Done)
}

// May returns why the actor may not begin an act, nil when they may: for an act of several parts,
// before the first. Each part is asked about again when it is written down.
func (a Actor) May(ctx context.Context, entry Entry) error {
	if a.Gate == nil {
		return nil
	}

	return a.Gate.Admit(ctx, nil, &entry)
}

func (a Actor) admit(ctx context.Context, tx *sql.Tx, entry *Entry) error {
	if a.Gate == nil || !entry.begins() {
		return nil
	}

	return a.Gate.Admit(ctx, tx, entry)
}

func (a Actor) admitted(ctx context.Context, tx *sql.Tx, entry Entry) error {
	if a.Gate == nil || !entry.begins() {
		return nil
	}

	return a.Gate.Admitted(ctx, tx, entry)
}
