// Package audit keeps the log of who did, tried or was refused what, when, from
// where and why.
//
// An act that changes something is written twice: its intent in the transaction that
// makes it possible, before anything happens, and how it ended. If the intent cannot
// be written, the act does not take place.
//
// The log is append-only: the database refuses updates and deletes, and every entry
// carries the hash of the one before it, so that [Log.Verify] finds what was altered
// behind the database's back. Whoever could rewrite the whole chain is
// found by the code that an entry has where there is a key, and by signed heads that are kept elsewhere: package anchor.
package audit
