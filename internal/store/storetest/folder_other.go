//go:build !linux

package storetest

// newFolder makes a folder for a database.
func newFolder() (path string, remove func() error, err error) { return newOnDisk() }
