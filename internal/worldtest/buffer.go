package worldtest

import (
	"bytes"
	"sync"
)

// Buffer is a log that a test reads while others write to it.
type Buffer struct {
	mu      sync.Mutex
	content bytes.Buffer
}

// Write implements [io.Writer].
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.content.Write(p)
}

// String is all that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.content.String()
}
