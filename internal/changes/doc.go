// Package changes reads, modifies and restores the platform's configuration, and
// keeps the history of every change.
//
// A section is read afresh, and what it holds has a revision: a number that grows
// whenever the values were seen to differ. Somebody prepares a change against a
// revision; [Changes.Apply] reads again, and if the revision is another one it stops
// with a [ConflictError] that carries what was, what is and what was wanted.
// Otherwise it writes, in one transaction, the audit intent and the change as
// pending; only then is the control plane called. Then the section is read back, and
// the change is settled as applied or failed.
//
// Between calling and settling anything can happen: the control plane does not
// answer, or the console dies. The change then is unknown, the section takes no other
// change, and [Changes.Watch] reads back until it is known what happened. A section
// has at most one open change; a unique index holds that, also across replicas.
//
// What a section holds and no change of ours explains was changed outside: it becomes
// a change of its own, with the span of time in which it happened. An observation that
// overlaps a change of ours is dropped, the next one will do.
//
// Values are compared by meaning, PT24H is P1D. The history is never rewritten: a
// restore is a new change.
package changes
