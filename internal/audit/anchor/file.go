package anchor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// File is the path of a file to which each anchor is appended. It is opened anew each time, so that it
// can be moved away, and may have the append-only attribute.
type File string

// Send implements [Destination].
func (f File) Send(_ context.Context, line []byte, _ time.Time) (err error) {
	file, err := os.OpenFile(string(f), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	begin, err := beginning(file)
	if err != nil {
		return err
	}

	if _, err := file.WriteString(begin + string(line) + "\n"); err != nil {
		return err
	}

	return file.Sync()
}

// beginning is what goes before a line: a line feed where the last one was torn.
func beginning(file *os.File) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}

	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", file.Name())
	}

	if info.Size() == 0 {
		return "", nil
	}

	last := make([]byte, 1)
	if _, err := file.ReadAt(last, info.Size()-1); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}

	if last[0] == '\n' {
		return "", nil
	}

	return "\n", nil
}

// String implements [Destination].
func (f File) String() string { return "file://" + string(f) }
