package worldtest

import (
	"flag"
	"runtime"
	"strconv"
)

// Parallel has n tests run at once where the command line does not say how many: those that wait more than they compute, for
// a second to pass or for a browser to draw. It is called in TestMain, once the flags are parsed.
func Parallel(n int) error {
	parallel := flag.Lookup("test.parallel").Value
	if parallel.String() != strconv.Itoa(runtime.GOMAXPROCS(0)) {
		return nil
	}

	return parallel.Set(strconv.Itoa(n))
}
