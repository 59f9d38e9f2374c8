package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// errLocked is that another process has the lock of a file.
var errLocked = errors.New("it is locked")

// lockPatience is how long a process that is ending is waited for.
const lockPatience = 2 * time.Second

// LockSQLite takes a SQLite database for this process alone until release is called or the process
// ends, however it ends; on PostgreSQL, which replicas share, it does nothing. Two that write to one
// file would not see each other's notices, and one of them might copy or replace it under the other.
// It is told by a file of its own beside the database, of which SQLite knows nothing.
func LockSQLite(ctx context.Context, databaseURL string) (release func() error, err error) {
	path, ok := SQLiteFile(databaseURL)
	if !ok {
		return func() error { return nil }, nil
	}

	if err := makeFolder(path); err != nil {
		return nil, err
	}

	// A link to the file is the same file.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}

	file, err := os.OpenFile(path+"-lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}

	const pause = 100 * time.Millisecond

	for waited := time.Duration(0); ; waited += pause {
		if err = lockFile(file); !errors.Is(err, errLocked) || waited >= lockPatience {
			break
		}

		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(pause):
		}
	}

	if err != nil {
		return nil, errors.Join(inUse(path, file, err), file.Close())
	}

	// For people who look into the file.
	if err := errors.Join(file.Truncate(0), writeAt(file, fmt.Sprintf("%d\n", os.Getpid()))); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", err), file.Close())
	}

	return file.Close, nil
}

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)

	return err
}

func inUse(path string, lock *os.File, err error) error {
	if !errors.Is(err, errLocked) {
		return fmt.Errorf("lock the database: %w", err)
	}

	const enough = 20

	holder := make([]byte, enough)
	n, _ := lock.ReadAt(holder, 0) // it is for the sentence

	return fmt.Errorf("%s is in use by another opsconsole, process %s: stop it first; several replicas need PostgreSQL",
		path, strings.TrimSpace(string(holder[:n])))
}
