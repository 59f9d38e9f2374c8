package storetest

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line is a line to a PostgreSQL server on which all can be held up, as if the process on this end
// stood still, or its host was gone: nothing is lost and no connection ends.
type Line struct {
	// Frozen is sent to whenever the line freezes.
	Frozen chan struct{}

	server string

	mu     sync.Mutex
	thawed chan struct{} // closed while all gets through
	// left is how many messages of clients get through before the line freezes, 0 for all.
	left int
	// executed is how many statements clients had executed, sent how often they sent anything.
	executed, sent int
}

// NewLine returns a line to the server of a database, and the URL of the database by way of it.
func NewLine(tb testing.TB, databaseURL string) (line *Line, lineURL string) {
	tb.Helper()

	parsed, err := url.Parse(databaseURL)
	if err != nil {
		tb.Fatal(err)
	}

	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}

	tb.Cleanup(func() { listener.Close() })

	line = &Line{Frozen: make(chan struct{}, 1), server: parsed.Host, thawed: make(chan struct{})}
	close(line.thawed)

	go line.serve(context.WithoutCancel(tb.Context()), listener)

	parsed.Host = listener.Addr().String()

	return line, parsed.String()
}

// FreezeAfter lets n messages of clients through, and nothing after them either way.
func (l *Line) FreezeAfter(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.left = n
}

// Executed is how many statements were executed by way of the line so far, begins and commits among them.
func (l *Line) Executed() int {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.executed
}

// Sent is how often clients sent something by way of the line so far: statements that are sent along with others count once.
func (l *Line) Sent() int {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.sent
}

// Thaw lets all through again, what was held up too.
func (l *Line) Thaw() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.left = 0

	select {
	case <-l.thawed:
	default:
		close(l.thawed)
	}
}

func (l *Line) serve(ctx context.Context, listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}

		server, err := new(net.Dialer).DialContext(ctx, "tcp", l.server)
		if err != nil {
			client.Close()

			continue
		}

		go l.pass(server, client, true)
		go l.pass(client, server, false)
	}
}

// pass brings what comes from one end to the other until either is closed.
func (l *Line) pass(to io.WriteCloser, from io.ReadCloser, ofClient bool) {
	defer to.Close()
	defer from.Close()

	buffer, messages := make([]byte, 64<<10), frontend{}

	for {
		n, err := from.Read(buffer)

		<-l.open()

		if n > 0 {
			if ofClient {
				l.count(messages.executed(buffer[:n]))
			}

			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}

		if err != nil {
			return
		}
	}
}

func (l *Line) open() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.thawed
}

// count notes that a message of a client gets through.
func (l *Line) count(executed int) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.executed += executed
	l.sent++

	if l.left == 0 {
		return
	}

	if l.left--; l.left == 0 {
		l.thawed = make(chan struct{})
		l.Frozen <- struct{}{}
	}
}
