package zoneinfo

import (
	"sync"
	"sync/atomic"
	"time"
)

// used is the database of the process, nil for the embedded one.
//
//nolint:gochecknoglobals // zones are asked for by name where no database can be passed
var used atomic.Pointer[Database]

// byDefault is the embedded database. That it can be read is held by a test.
//
//nolint:gochecknoglobals // made once
var byDefault = sync.OnceValue(func() *Database {
	db, err := Embedded()
	if err != nil {
		return &Database{Source: "none"}
	}

	return db
})

// Use makes db the database of the process.
func Use(db *Database) { used.Store(db) }

// Current returns the database of the process.
func Current() *Database {
	if db := used.Load(); db != nil {
		return db
	}

	return byDefault()
}

// Location returns the rules of a zone in the database of the process; "" is UTC.
func Location(name string) (*time.Location, error) { return Current().Location(name) }
