// Package database tells how this console's own database does: whether it can be read and
// written, since when, and what it means for people when it cannot.
package database

import (
	"errors"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Service is the service of the SERVICE_UNAVAILABLE that [Explain] returns.
const Service = "console_database"

// Name is what the database is called in a sentence.
const Name = "This console's own database"

// Explain returns what an error means that says something of the database itself, to be
// shown to whoever asked; nil of any other. When what was asked for may have been done,
// [ops.ErrOutcomeUnknown] is in its chain, and "outcome" is "unknown" in its details.
func Explain(err error) *ops.Error { return explain(err, Service, Name) }

// ExplainPlatform is [Explain] for the API of the embedded control plane, whose callers know
// nothing of a console: nil also where the outcome is unknown, which INTERNAL_ERROR says there.
func ExplainPlatform(err error) *ops.Error {
	e := explain(err, ops.ComponentDatabase, "The platform's database")
	if e == nil || errors.Is(e, ops.ErrOutcomeUnknown) {
		return nil
	}

	return e
}

func explain(err error, service, name string) *ops.Error {
	trouble := store.TroubleOf(err)
	if trouble == nil {
		return nil
	}

	if errors.Is(err, store.ErrCommitUnknown) || errors.Is(err, ops.ErrOutcomeUnknown) {
		e := ops.Unavailable(service, sentence(name, trouble)+" "+unknown)
		e.Details["outcome"] = "unknown"

		return e.Because(errors.Join(err, ops.ErrOutcomeUnknown))
	}

	return ops.Unavailable(service, sentence(name, trouble)+" "+refusal(trouble.Kind)).Because(err)
}

// sentence says what the database cannot do, and why.
func sentence(name string, trouble *store.TroubleError) string {
	if trouble.Kind == store.Unwritable {
		return name + " can be read but not written: " + trouble.Words + "."
	}

	return name + " cannot be read: " + trouble.Words + "."
}

const unknown = "It is not known whether the request was carried out: it failed before it could say so."

const unwritable = "Nothing can be changed until it can be written, as no change is made without its record."

// refusal says what a request could not have.
func refusal(kind store.TroubleKind) string {
	if kind == store.Unwritable {
		return unwritable
	}

	return "What was asked for is not in memory, and nothing can be changed without its record."
}

// meaning says what cannot be done meanwhile, and what is shown.
func meaning(kind store.TroubleKind) string {
	if kind == store.Unwritable {
		return unwritable
	}

	return "Nothing can be changed until it answers, as no change is made without its record. Pages show what is in memory: " +
		"changes, windows and temporary values as they were last read."
}

// advice says what to check.
func advice(kind store.TroubleKind) string {
	if kind == store.Unwritable {
		return "Check the free space on its disk, and whether it was made read-only, became a standby or is locked. " +
			"The console writes again by itself as soon as it can."
	}

	return "Check that the database runs, and the network between it and this console. " +
		"The console connects again by itself as soon as it can."
}
