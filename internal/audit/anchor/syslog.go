package anchor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// syslog sends each anchor as a message of RFC 5424 over a connection of its own: over a stream with
// its length before it (RFC 6587, section 3.4.1; RFC 5425, section 4.3), otherwise as a datagram (RFC 5426).
type syslog struct {
	network, address string
	secured          *tls.Config // nil without TLS
	hostname         string
}

func newSyslog(network, address string, secured *tls.Config) *syslog {
	hostname, err := os.Hostname()
	if err != nil || hostname == "" || strings.ContainsFunc(hostname, func(r rune) bool { return r <= ' ' || r > '~' }) {
		hostname = "-"
	}

	return &syslog{network: network, address: address, secured: secured, hostname: hostname}
}

// priority is the facility "log audit", 13, and the severity "notice", 5: RFC 5424, section 6.2.1.
const priority = 13*8 + 5

// message is the anchor as RFC 5424, section 6, has it.
func (s *syslog) message(line []byte, at time.Time) []byte {
	return fmt.Appendf(nil, "<%d>1 %s %s opsconsole %d audit-head - %s",
		priority, at.UTC().Format("2006-01-02T15:04:05.000000Z"), s.hostname, os.Getpid(), line)
}

// Send implements [Destination].
func (s *syslog) Send(ctx context.Context, line []byte, at time.Time) error {
	conn, stream, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}

	message := s.message(line, at)
	if stream {
		message = append([]byte(strconv.Itoa(len(message))+" "), message...)
	}

	if _, err := conn.Write(message); err != nil || !stream {
		return err
	}

	return hangUp(conn)
}

// dial connects; a local socket is one of datagrams, or else of a stream.
func (s *syslog) dial(ctx context.Context) (conn net.Conn, stream bool, err error) {
	dialer := &net.Dialer{}

	switch {
	case s.secured != nil:
		conn, err = (&tls.Dialer{NetDialer: dialer, Config: s.secured}).DialContext(ctx, s.network, s.address)

		return conn, true, err
	case s.network == "unix":
		if conn, err = dialer.DialContext(ctx, "unixgram", s.address); err == nil {
			return conn, false, nil
		}
	}

	conn, err = dialer.DialContext(ctx, s.network, s.address)

	return conn, s.network != "udp", err
}

// hangUp says that no more comes, and waits for the other side to do so: it has read all then. Syslog
// has no other answer. A server that keeps silent took it as far as anybody can tell; one that breaks the connection off did not.
func hangUp(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}

	if err := half.CloseWrite(); err != nil {
		return err
	}

	_, err := io.Copy(io.Discard, conn)
	if wait, ok := errors.AsType[net.Error](err); ok && wait.Timeout() {
		return nil
	}

	return err
}

// String implements [Destination].
func (s *syslog) String() string {
	network := s.network
	if s.secured != nil {
		network = "tls"
	}

	return "syslog+" + network + "://" + s.address
}
