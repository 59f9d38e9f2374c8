package app

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// forgetProgram takes the code and the tables of the program out of this process' memory. They are the file's, which cannot be
// written to and stays in the system's cache: what is still used is mapped again when it is touched. Linux maps what lies around with
// it, so that a start alone has nearly all of the program in memory, most of which it is never asked for again.
func forgetProgram() {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}

	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}

	for line := range bytes.Lines(maps) {
		const (
			addresses, rights, path = 0, 1, 5 // columns
			hexadecimal, bits       = 16, 64
		)

		fields := bytes.Fields(line)
		if len(fields) <= path || string(fields[path]) != program || fields[rights][1] != '-' { // what can be written to may have been
			continue
		}

		from, to, _ := bytes.Cut(fields[addresses], []byte("-"))
		begin, errBegin := strconv.ParseUint(string(from), hexadecimal, bits)
		end, errEnd := strconv.ParseUint(string(to), hexadecimal, bits)

		if errBegin == nil && errEnd == nil && begin < end {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(begin), uintptr(end-begin), unix.MADV_DONTNEED) // else it stays, as before
		}
	}
}
