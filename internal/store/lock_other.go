//go:build !unix

package store

import "os"

// lockFile does nothing where systems have no flock.
func lockFile(*os.File) error { return nil }
