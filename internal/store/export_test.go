package store

// MigrateTo is [DB.Migrate] to the newest of other migrations.
var MigrateTo = (*DB).migrateTo
