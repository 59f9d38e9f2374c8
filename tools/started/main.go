// Command started tells how long a program takes until it is ready, and what memory it has then:
//
//	go run ./tools/started PROGRAM sqlite:///tmp/console.db
//	go run ./tools/started PROGRAM postgres://console@localhost/console
//
// It starts opsconsole serve with the embedded control plane twenty times, the first of which makes the schema and does not
// count, and asks /readyz until that answers 200. The last one is looked at again ten seconds later.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	times   = 20
	address = "127.0.0.1:18080"
	api     = "127.0.0.1:18081"
	settled = 10 * time.Second
	longest = time.Minute
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: started PROGRAM DATABASE-URL")
		os.Exit(2)
	}

	if err := measure(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "started:", err)
		os.Exit(1)
	}
}

func measure(program, database string) error {
	var ready, cpu []time.Duration

	for i := range times + 1 {
		last := i == times

		wall, used, err := once(program, database, last)
		if err != nil {
			return err
		}

		if i > 0 {
			ready, cpu = append(ready, wall), append(cpu, used)
		}
	}

	slices.Sort(ready)
	slices.Sort(cpu)
	fmt.Printf("ready after %d ms (least %d, most %d); CPU of the whole run, to its end: %d ms\n",
		ready[times/2].Milliseconds(), ready[0].Milliseconds(), ready[times-1].Milliseconds(), cpu[times/2].Milliseconds())

	return nil
}

// once returns how long a start took, and the CPU time of the whole run.
func once(program, database string, stay bool) (ready, cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()

	command := exec.CommandContext(ctx, program, "serve", "--embedded", "--database-url", database, "--addr", address,
		"--api-addr", api, "--shutdown-delay", "0", "--public-url", "http://"+address,
		"--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "console")
	command.Stderr = os.Stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }

	began := time.Now()

	if err := command.Start(); err != nil {
		return 0, 0, err
	}

	for !answers(ctx) {
		if ctx.Err() != nil {
			return 0, 0, errors.Join(ctx.Err(), command.Wait())
		}

		<-time.After(time.Millisecond)
	}

	ready = time.Since(began)

	if stay {
		<-time.After(settled)

		if err := tellMemory(command.Process.Pid); err != nil {
			return 0, 0, err
		}
	}

	if err := command.Process.Signal(os.Interrupt); err != nil {
		return 0, 0, err
	}

	err = command.Wait()

	return ready, command.ProcessState.UserTime() + command.ProcessState.SystemTime(), err
}

func answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}

	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return false
	}

	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// tellMemory prints what Linux says a process has in memory: its own, and what is mapped of files, of which the program is one.
func tellMemory(pid int) error {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return err
	}

	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "Rss") || strings.HasPrefix(line, "VmHWM") {
			fmt.Print(line)
		}
	}

	return nil
}
