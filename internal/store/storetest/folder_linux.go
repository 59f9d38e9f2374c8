package storetest

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// memory is where Linux has a file system in memory.
	memory = "/dev/shm"
	// memoryLeast is how much it has to have free, in bytes: that of a container may have 64 MB in all, which
	// many logs of databases would fill.
	memoryLeast = 2 << 30
	// abandonedAfter is how old a folder is before another process takes it for abandoned: who made it has locked it by then.
	abandonedAfter = time.Minute
)

// inMemory reports whether databases can be kept in memory, after it has removed those of processes that were killed.
//
//nolint:gochecknoglobals // asked once for all tests of a package
var inMemory = sync.OnceValue(func() bool {
	var of unix.Statfs_t
	if err := unix.Statfs(memory, &of); err != nil || of.Type != unix.TMPFS_MAGIC {
		return false
	}

	removeAbandoned(memory)

	return of.Bavail*uint64(of.Bsize) >= memoryLeast
})

// newFolder makes a folder for a database, in memory where there is room: SQLite waits there for a disk as anywhere else, and
// the wait is over at once.
func newFolder() (path string, remove func() error, err error) {
	if !inMemory() {
		return newOnDisk()
	}

	path, err = os.MkdirTemp(memory, folders)
	if err != nil {
		return newOnDisk()
	}

	held, err := hold(path)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(path))
	}

	return path, func() error { return errors.Join(os.RemoveAll(path), held.Close()) }, nil
}

// hold locks a folder until it is closed, and fails where another process has it.
func hold(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}

	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}

	return file, nil
}

// removeAbandoned removes the folders of processes that have ended without doing so. What cannot be removed stays.
func removeAbandoned(within string) {
	paths, _ := filepath.Glob(filepath.Join(within, folders+"*")) // the pattern is right

	for _, path := range paths {
		about, err := os.Stat(path)
		if err != nil || time.Since(about.ModTime()) < abandonedAfter {
			continue
		}

		if held, err := hold(path); err == nil {
			_ = os.RemoveAll(path)
			_ = held.Close()
		}
	}
}
