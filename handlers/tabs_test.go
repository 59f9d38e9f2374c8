package handlers_test

import (
	"bytes"
	"net"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

const (
	tabsMany = 1000
	// tabWeighs is the most that a tab may have of this process' memory, in bytes: both ends of its connection are in it here. docs/performance.md
	// has what it is made of.
	tabWeighs = 32_000
)

// TestAThousandTabsWeighLittle opens the streams of Overview of a thousand browsers. It measures what is in use of heap and stacks, and
// how often the control plane is asked for all of them.
func TestAThousandTabsWeighLittle(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	w := handlerstest.New(t)
	cookie := sessionCookie(t, w, "dave")
	openTabs(t, w, cookie, 1) // what one needs is there for all

	w.Monitor.Poll(t.Context())

	before, alone := inUse(), w.Plane.Polls()
	w.Monitor.Poll(t.Context())
	alone = w.Plane.Polls() - alone

	tabs := openTabs(t, w, cookie, tabsMany)
	wantLight(t, "a tab", (inUse()-before)/tabsMany)

	asked := w.Plane.Polls()
	w.Monitor.Poll(t.Context())

	for _, tab := range tabs { // each is told of it
		tab.await(t)
	}

	if asked = w.Plane.Polls() - asked; asked != alone {
		t.Errorf("the control plane was asked %d times for %d tabs, and %d times for one", asked, tabsMany, alone)
	}

	wantLight(t, "a tab that was told something", (inUse()-before)/tabsMany)
}

func wantLight(t *testing.T, what string, weighs int64) {
	t.Helper()
	t.Logf("%s takes %d bytes of memory", what, weighs)

	if weighs > tabWeighs && !underRace() {
		t.Errorf("%s takes %d bytes of memory, want at most %d", what, weighs, tabWeighs)
	}
}

// underRace reports whether the race detector is here, which needs memory itself.
func underRace() bool {
	info, _ := debug.ReadBuildInfo()

	return info != nil && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-race" && s.Value == "true" })
}

// inUse is what the program needs of memory, but for what it has to spare.
func inUse() int64 {
	var stats runtime.MemStats

	runtime.GC()
	runtime.GC() // what pools held
	runtime.ReadMemStats(&stats)

	return int64(stats.HeapAlloc + stats.StackInuse) //nolint:gosec // it is less than 2^63
}

// openTab is the browser's end of a stream, with no more than a connection.
type openTab struct{ net.Conn }

func openTabs(t *testing.T, w *handlerstest.World, cookie string, n int) (tabs []openTab) {
	t.Helper()

	host := strings.TrimPrefix(w.URL, "http://")
	request := "GET /events?page=overview HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\nCookie: " + cookie + "\r\n\r\n"

	for range n {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { _ = conn.Close() })

		if _, err := conn.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}

		tabs = append(tabs, openTab{conn})
	}

	for _, tab := range tabs {
		if got := tab.await(t); !bytes.HasPrefix(got, []byte("HTTP/1.1 200")) {
			t.Fatalf("got %q", got)
		}
	}

	return tabs
}

// await takes what has come, once something has.
func (o openTab) await(t *testing.T) []byte {
	t.Helper()

	const whole = 256 << 10

	if err := o.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	got := make([]byte, whole)

	n, err := o.Read(got)
	if err != nil {
		t.Fatal(err)
	}

	return got[:n]
}
