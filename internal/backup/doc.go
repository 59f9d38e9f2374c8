// Package backup copies the console's database while it is used, and makes a database of such a
// copy again. It does so for SQLite; PostgreSQL has pg_dump and pg_restore, of which it gives the
// commands, and checks what they restored.
//
// A copy is the database as it was at one moment: a SQLite database in one file, without those who
// were signed in, with a table opsconsole_backup that says when it was made.
package backup
