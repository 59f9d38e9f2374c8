//go:build failpoints && linux

package failpoint

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// Variable names the environment variable that says what happens, "kill change.called 2": at the second time that
// the process is at that place it kills itself. "stop" has it stand still there instead, until it is sent SIGCONT.
const Variable = "FAILPOINT"

type order struct {
	signal syscall.Signal
	at     Name
	left   atomic.Int64
}

var given = sync.OnceValue(func() *order {
	var (
		what, at string
		times    int64
	)

	text := os.Getenv(Variable)
	if text == "" {
		return nil
	}

	signals := map[string]syscall.Signal{"kill": syscall.SIGKILL, "stop": syscall.SIGSTOP}

	if n, err := fmt.Sscan(text, &what, &at, &times); n != 3 || signals[what] == 0 || times < 1 {
		panic(fmt.Sprintf("%s is %q, want one of kill and stop, a name and how many times: %v", Variable, text, err))
	}

	o := &order{signal: signals[what], at: Name(strings.TrimSpace(at))}
	o.left.Store(times)

	return o
})

// Reach says that the process is at the place. No statement after it is carried out by who came there.
func Reach(at Name) {
	o := given()
	if o == nil || o.at != at || o.left.Add(-1) != 0 {
		return
	}

	// To this very thread, which gets it before it goes on; of a process, another one may get it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	_, _, err := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(o.signal))
	if err != 0 {
		panic(err)
	}
}
