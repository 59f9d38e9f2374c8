package live_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

func TestOnlyWhatDiffersIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		early := w.open("/events?page=both")
		w.monitor.Poll(t.Context())
		synctest.Wait()

		late := w.open("/events?page=both")

		for name, s := range map[string]*stream{"early": early, "late": late} {
			got := s.close(t)
			if n := strings.Count(got, `hx-target="#still"`); n != 1 {
				t.Errorf("%s: what stays the same came %d times, want once", name, n)
			}

			if n := strings.Count(got, `hx-target="#shell"`); n != 1 {
				t.Errorf("%s: the shell came %d times, want once", name, n)
			}

			if !strings.Contains(got, "moved 2 times") {
				t.Errorf("%s: what moves was not sent", name)
			}
		}
	})
}

func TestWhatIsSentToAllIsDrawnOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		var all []*stream
		for range 20 {
			all = append(all, w.open("/events?page=both"), w.open("/events?page=both&page=list"))
		}

		w.monitor.Poll(t.Context())
		synctest.Wait()

		for _, s := range all {
			s.close(t)
		}

		if n := w.drawn.Load(); n != 2 {
			t.Errorf("two snapshots were drawn %d times for 40 streams, want 2", n)
		}
	})
}

// TestACompressedStreamIsOneGzipStream has two streams whose beats fall between different
// messages: what is shared between them must be right for both.
func TestACompressedStreamIsOneGzipStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		streams := []*stream{
			w.open("/events?page=both"), w.open("/events?page=both", "Accept-Encoding", "br, gzip"),
		}

		for i := range 6 {
			<-time.After(7 * time.Second)
			w.monitor.Poll(t.Context())
			synctest.Wait()

			if i == 2 {
				streams = append(streams, w.open("/events?page=both", "Accept-Encoding", "gzip"))
			}
		}

		plain := streams[0].close(t)

		for i, s := range streams[1:] {
			if got := s.Header().Get("Content-Encoding"); got != "gzip" {
				t.Fatalf("%d: it is encoded as %q", i, got)
			}

			got := unzip(t, s.close(t))
			if from := strings.Index(plain, "event: beat"); i == 0 && got[:from] != plain[:from] {
				t.Errorf("%d: it differs from what is sent as it is", i)
			}

			for seq := 4 + i; seq <= 7; seq++ {
				if !strings.Contains(got, fmt.Sprintf("moved %d times\uFFFD", seq)) {
					t.Errorf("%d: snapshot %d is not there", i, seq)
				}
			}

			if strings.Count(got, "row 399 of 400") != strings.Count(got, "moved ") {
				t.Errorf("%d: a row is missing", i)
			}

			first, last := s.parts[0], s.parts[len(s.parts)-1]
			if last*6 > first {
				t.Errorf("%d: a few changed bytes take %d, in full %d", i, last, first)
			}
		}
	})
}

// unzip reads a gzip stream that was left before its end, as a browser does: no second one.
func unzip(t *testing.T, compressed string) string {
	t.Helper()

	r, err := gzip.NewReader(strings.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}

	r.Multistream(false)

	plain, err := io.ReadAll(r)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("after %d bytes: %v", len(plain), err)
	}

	return string(plain)
}

func TestAViewFollowsItsQuery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		got := w.open("/events?page=list%3Fstatus%3Dfailed&page=list&page=nope&page=list%3Fstatus%3Dodd").close(t)
		for _, want := range []string{
			"page: list\ndata: ", "page: list?status=failed\ndata: ", "those that are failed",
			"event: pages\ndata: [\"list\",\"list?status=failed\"]\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not there:\n%s", want, got)
			}
		}

		for address, want := range map[string]ops.Code{
			"/events?page=nope":                ops.CodeNotFound,
			"/events?page=list%3F":             ops.CodeNotFound,
			"/events?page=list%3Fstatus%3Dodd": ops.CodeValidationFailed,
		} {
			if err := <-w.open(address).done; err == nil || ops.AsError(err).Code != want {
				t.Errorf("%s: got %v, want %s", address, err, want)
			}
		}
	})
}

func TestViewsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		view := func(i int) *stream {
			return w.open(fmt.Sprintf("/events?page=list%%3Fstatus%%3D%d", i), "Session", strconv.Itoa(i/64))
		}

		var all []*stream
		for i := range 257 {
			all = append(all, view(i))
		}

		followed := func(s *stream) bool { return !strings.Contains(s.close(t), "data: []") }
		if followed(all[256]) || !followed(all[255]) {
			t.Error("256 views can be followed, want the last one to be none of them")
		}

		// A place that is free again is taken.
		if !followed(view(300)) {
			t.Error("the place of a view that nobody follows any more is not free")
		}

		for _, s := range all[:255] {
			s.close(t)
		}
	})
}
