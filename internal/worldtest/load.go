package worldtest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Load asks a server over and over, on connections that are kept alive. It does next to nothing
// with what is answered, so that the server's time is what is measured.
type Load struct {
	// URL is what is asked for, Header lines such as "Accept: text/html".
	URL    string
	Header []string
	// Next, where it is not nil, is the number of each request, for the %d of the URL.
	Next func() int64
	// Status is what every answer must have.
	Status int
	// Revalidates has each connection send the ETag of the last whole answer, as browsers do;
	// an answer of 200 counts then too.
	Revalidates bool
}

const (
	loadRounds = 5
	loadRound  = 250 * time.Millisecond
)

// OfBare is how many times as many requests a second ours answers as bare, and how many that are,
// by the median of several rounds in turn.
func OfBare(tb testing.TB, ours, bare Load, connections int) (ratio, perSecond float64) {
	tb.Helper()

	var ratios, rates []float64

	for range loadRounds {
		few := bare.perSecond(tb, connections)
		rate := ours.perSecond(tb, connections)
		ratios, rates = append(ratios, rate/few), append(rates, rate)
	}

	slices.Sort(ratios)
	slices.Sort(rates)

	return ratios[loadRounds/2], rates[loadRounds/2]
}

func (l Load) perSecond(tb testing.TB, connections int) float64 {
	tb.Helper()

	var (
		group    sync.WaitGroup
		answered atomic.Int64
		failed   atomic.Pointer[error]
	)

	begun := time.Now()
	until := begun.Add(loadRound)

	for range connections {
		group.Go(func() {
			n, err := l.ask(until)
			answered.Add(n)

			if err != nil {
				failed.Store(&err)
			}
		})
	}

	group.Wait()

	if err := failed.Load(); err != nil {
		tb.Fatalf("%s: %v", l.URL, *err)
	}

	return float64(answered.Load()) / time.Since(begun).Seconds()
}

// ask asks on one connection until then, and returns how often it was answered.
func (l Load) ask(until time.Time) (answered int64, err error) {
	u, err := url.Parse(l.URL)
	if err != nil {
		return 0, err
	}

	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return 0, err
	}
	defer conn.Close()

	line := "GET " + u.RequestURI() + " HTTP/1.1\r\n"
	header := "Host: " + u.Host + "\r\n" + strings.Join(append(slices.Clone(l.Header), ""), "\r\n")

	var request, tag []byte

	reader := bufio.NewReaderSize(conn, 64<<10)

	for time.Now().Before(until) {
		if l.Next == nil {
			request = append(request[:0], line...)
		} else {
			request = fmt.Appendf(request[:0], line, l.Next())
		}

		request = append(request, header...)

		if l.Revalidates && len(tag) > 0 {
			request = append(append(append(request, "If-None-Match: "...), tag...), "\r\n"...)
		}

		request = append(request, "\r\n"...)

		if _, err := conn.Write(request); err != nil {
			return answered, err
		}

		status, newTag, err := readAnswer(reader)
		if err != nil {
			return answered, err
		}

		if status != l.Status && (status != http.StatusOK || !l.Revalidates) {
			return answered, fmt.Errorf("answered %d, want %d", status, l.Status)
		}

		if status == http.StatusOK {
			tag = newTag
		}

		answered++
	}

	return answered, nil
}

// readAnswer reads an answer, and returns its status and its ETag.
func readAnswer(r *bufio.Reader) (status int, tag []byte, err error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}

	if status, err = strconv.Atoi(string(line[len("HTTP/1.1 "):][:3])); err != nil {
		return 0, nil, err
	}

	size, chunked := 0, false

	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}

		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}

		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if size, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, err
			}
		} else if value, ok := bytes.CutPrefix(line, []byte("Etag: ")); ok {
			tag = bytes.Clone(value)
		} else if bytes.Equal(line, []byte("Transfer-Encoding: chunked")) {
			chunked = true
		}
	}

	if !chunked {
		_, err = r.Discard(size)

		return status, tag, err
	}

	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}

		size, err := strconv.ParseUint(string(bytes.TrimRight(line, "\r\n")), 16, 31)
		if err != nil {
			return 0, nil, err
		}

		if _, err := r.Discard(int(size) + len("\r\n")); err != nil || size == 0 {
			return status, tag, err
		}
	}
}
