// Package freeport finds addresses for the programs that tests start. Asking the system for port 0
// and closing the listener gives one that the next connection of anybody, too, may get before the
// program listens there; these stay the caller's until they are given back.
package freeport

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Below what systems give to those who ask for any port, and no port that browsers refuse or a
// Kubernetes service takes.
const first, last = 20_000, 29_999

// Address is one of the loopback interface that nobody else gets until the test ends.
func Address(tb testing.TB) string {
	tb.Helper()

	address, err := Take(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}

	return address
}

// Take returns an address of the loopback interface that nobody listens on, and that no other
// caller, in whatever process, is given until the context ends.
func Take(ctx context.Context) (address string, err error) {
	const tries = 1000

	for range tries {
		port := first + rand.N(last-first+1) //nolint:gosec // it only has to differ
		address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))

		// Programs listen on TCP: the same number of UDP is free to say that it is taken.
		var claim net.PacketConn
		if claim, err = new(net.ListenConfig).ListenPacket(ctx, "udp", address); err != nil {
			continue
		}

		if err = unused(ctx, address); err == nil {
			context.AfterFunc(ctx, func() { claim.Close() })

			return address, nil
		}

		claim.Close()
	}

	return "", errors.Join(errors.New("no free port was found"), err)
}

func unused(ctx context.Context, address string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}

	return listener.Close()
}
