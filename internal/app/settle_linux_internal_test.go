//go:build linux

package app

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWhatWasWrittenIntoTheProgramStays writes into a page of the program that cannot be written to any more, as a loader does
// that relocates a program, and a debugger that stops it.
func TestWhatWasWrittenIntoTheProgramStays(t *testing.T) {
	t.Parallel()

	program, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()

	page, err := unix.Mmap(int(program.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = unix.Munmap(page) })

	const written = 42

	page[0] = written

	if err := unix.Mprotect(page, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}

	forgetProgram()

	if page[0] != written {
		t.Errorf("the page begins with %#x, want what was written: %#x", page[0], written)
	}
}
