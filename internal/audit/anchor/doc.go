// Package anchor sends signed heads of the audit log to where whoever can write its tables cannot:
// to a file, a syslog server or a webhook. An [Anchor] says that the log, at a moment, reached an entry of that hash; as
// each hash covers all entries before, nothing up to there can be changed or taken away without a
// contradiction. Whoever has the public key alone can verify that.
package anchor
