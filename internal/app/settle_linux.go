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
//
// What was written into stays, also where it cannot be written to any more: addresses that a loader has put in, breakpoints.
func forgetProgram() {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}

	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}

	var begin, end uintptr // of what the lines are about, if that is of the program and cannot be written to

	for line := range bytes.Lines(maps) {
		const addresses, rights, path = 0, 1, 5 // columns

		fields := bytes.Fields(line)

		switch {
		case len(fields) == 0:
		case !bytes.HasSuffix(fields[0], []byte(":")): // the first line of what is mapped there
			begin, end = 0, 0

			if len(fields) > path && string(fields[path]) == program && fields[rights][1] == '-' {
				begin, end = between(fields[addresses])
			}
		case begin < end && string(bytes.Join(fields, []byte(" "))) == "Anonymous: 0 kB":
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, begin, end-begin, unix.MADV_DONTNEED) // else it stays, as before
		}
	}
}

// between reads 00400000-00452000, and returns 0 for both where it is written otherwise.
func between(addresses []byte) (begin, end uintptr) {
	const hexadecimal, bits = 16, 64

	from, to, _ := bytes.Cut(addresses, []byte("-"))
	first, errFirst := strconv.ParseUint(string(from), hexadecimal, bits)
	last, errLast := strconv.ParseUint(string(to), hexadecimal, bits)

	if errFirst != nil || errLast != nil {
		return 0, 0
	}

	return uintptr(first), uintptr(last)
}
