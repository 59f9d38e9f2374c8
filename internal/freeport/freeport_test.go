package freeport_test

import (
	"net"
	"testing"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

// TestNobodyElseIsGivenIt takes many, of which most would be given twice were they not held.
func TestNobodyElseIsGivenIt(t *testing.T) {
	t.Parallel()

	taken := make(map[string]bool)

	for range 500 {
		address := freeport.Address(t)
		if taken[address] {
			t.Fatalf("%s was given twice", address)
		}

		taken[address] = true

		if _, port, _ := net.SplitHostPort(address); port < "20000" || port > "29999" {
			t.Errorf("got port %s, which the system gives to others, want one of 20000 to 29999", port)
		}
	}
}

// TestItCanBeListenedOn listens as the program will for which it was taken, twice.
func TestItCanBeListenedOn(t *testing.T) {
	t.Parallel()

	address := freeport.Address(t)

	for range 2 {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}

		listener.Close()
	}
}
