package approvals

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Word is what the identity provider says of somebody.
type Word int

// The words. A provider that refuses somebody does not say whether they are gone, or only its own session is.
const (
	Operator   Word = iota + 1 // they have the Ops role
	NoOperator                 // they are known, and have it no more
	NotVouched                 // their session is refused
)

// Heard tells what the identity provider says of somebody by now. What waits for them is void once they are no
// operator, and cannot be approved while nobody vouches for them. What cannot be written down while ctx holds, or while
// another does it, is by the next [Approvals.Look].
func (a *Approvals) Heard(ctx context.Context, who Person, word Word) {
	a.mu.Lock()
	a.unkept[who] = word
	a.mu.Unlock()

	if err := a.keepHeard(ctx); err != nil {
		a.Logger.WarnContext(ctx, "what the identity provider said of requesters could not be recorded", slog.Any("error", err))
	}
}

// keepHeard writes down what was heard, also what could not be before.
func (a *Approvals) keepHeard(ctx context.Context) error {
	if !a.keeping.TryLock() { // nobody who signs in waits for a database that another waits for
		return nil
	}
	defer a.keeping.Unlock()

	a.mu.Lock()
	heard := maps.Clone(a.unkept)
	a.mu.Unlock()

	for who, word := range heard {
		changed, err := a.keepWord(ctx, who, word)
		if err != nil {
			return err
		}

		a.mu.Lock()
		if a.unkept[who] == word { // else there is a newer one
			delete(a.unkept, who)
		}
		a.mu.Unlock()

		if changed {
			a.OnChange()
		}
	}

	return nil
}

func (a *Approvals) keepWord(ctx context.Context, who Person, word Word) (changed bool, err error) {
	waiting, err := find(ctx, a.DB.Read(), `WHERE state = $1 AND requested_by_issuer = $2 AND requested_by_sub = $3`,
		Waiting, who.Issuer, who.Subject)
	if err != nil {
		return false, err
	}

	note := ""
	if word == NotVouched {
		note = fmt.Sprintf("The identity provider no longer vouches for %s: "+
			"it can be approved once they have signed in again.", who.Username)
	}

	for _, about := range waiting {
		if word != NoOperator && about.Note == note {
			continue
		}

		changed = true

		err = a.DB.Tx(ctx, func(tx *sql.Tx) error {
			if word == NoOperator {
				_, err := end{state: Void, at: a.now(), note: "Whoever requested it is no longer an operator."}.write(ctx, tx, about.ID)

				return err
			}

			_, err := store.Columns{{Name: "note", Value: note}}.Update(ctx, tx, table, "id = $1 AND state = $2", about.ID, Waiting)

			return err
		})
		if err != nil {
			return false, fmt.Errorf("note what was heard of who asked for approval %d: %w", about.ID, err)
		}
	}

	return changed, nil
}
