// Package store opens the database and keeps it in shape: SQLite in one file, or
// PostgreSQL when it grows. The SQL of the packages above is plain and portable,
// with $1 placeholders; what differs between the two stays here.
//
// SQLite has one connection that writes and a pool that reads, so that a writer
// never waits for a lock that its own process holds. Code inside [DB.Tx] must use
// the transaction it is given and nothing else: a second write would wait for the
// only connection for ever.
//
// On PostgreSQL, what [Send] is told goes along with what the transaction asks next, or with its commit.
//
// Moments are stored as text in [TimeLayout], which sorts as time does.
package store
