// Package approvals has what an operator asks for wait for another one.
//
// An act that needs a second person goes its usual way until its first entry of the audit log is
// about to be written: by then all that is asked for was checked, and nothing was done. There the
// gate of the request holds it ([HeldError]), the transaction is undone, and the request itself is kept.
// Who approves it sends the same request once more, with another gate: in the transaction that
// writes the intent the approval is used up. So it is carried out once at the most, whoever else
// decides at the same moment on whichever replica, and a crash leaves either an approval that waits
// or an intent, which is settled as every other is.
package approvals
