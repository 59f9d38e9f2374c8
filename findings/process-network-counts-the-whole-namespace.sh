#!/usr/bin/env bash
# prometheus/client_golang 1.23.2, prometheus/procfs 0.16.1, Linux.
#
# Believed: process_network_receive_bytes_total of the process collector is what this process received, as its name says.
# Seen: it is read from /proc/PID/net/netstat, which is the same for all processes of a network namespace: a process that opened no
# socket at all is told to have received what its neighbors exchanged.
# Bites: whoever graphs or alerts on it for a program on a host or in a pod with several containers; and each of them shows the
# same bytes, so that a sum over processes counts them again for each.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >go.mod <<'MOD'
module finding

go 1.26

require github.com/prometheus/client_golang v1.23.2
MOD
mkdir idle neighbor

cat >idle/main.go <<'GO'
// Command idle opens no socket. It prints what the process collector says before and after a line comes from standard input.
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

func received() float64 {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	families, err := registry.Gather()
	if err != nil {
		panic(err)
	}

	for _, family := range families {
		if family.GetName() == "process_network_receive_bytes_total" {
			return family.GetMetric()[0].GetCounter().GetValue()
		}
	}

	panic("no such metric")
}

func main() {
	before := received()
	fmt.Println("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Printf("%.0f\n", (received()-before)/1e6)
}
GO

cat >neighbor/main.go <<'GO'
// Command neighbor sends itself 50 MB over the loopback interface.
package main

import (
	"io"
	"net"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}

	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			panic(err)
		}

		_, _ = conn.Write(make([]byte, 50_000_000))
		_ = conn.Close()
	}()

	conn, err := listener.Accept()
	if err != nil {
		panic(err)
	}

	_, _ = io.Copy(io.Discard, conn)
}
GO

go mod tidy 2>/dev/null
go list -m github.com/prometheus/client_golang github.com/prometheus/procfs
go build -o idle.program ./idle
go build -o neighbor.program ./neighbor

coproc idle { ./idle.program; }
read -r _ <&"${idle[0]}"
./neighbor.program
echo >&"${idle[1]}"
read -r got <&"${idle[0]}"

echo "a process without a socket is told to have received, while another process sent itself 50 MB: $got MB"
[ "$got" -ge 45 ] || { echo "the behavior has changed"; exit 1; }
