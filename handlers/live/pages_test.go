package live_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAPageOfWhichNothingIsKnownTakesNoOtherAlong has the database down: of a thing it is not
// known whether there is one, and other tabs' pages go on.
func TestAPageOfWhichNothingIsKnownTakesNoOtherAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		if got := w.open("/events?page=both&page=thing-7").close(t); !strings.Contains(got, "data: [\"both\"]\n") {
			t.Errorf("the other page does not follow:\n%s", got)
		}

		if err := <-w.open("/events?page=thing-7").done; err == nil || ops.AsError(err).Code != ops.CodeServiceUnavailable {
			t.Errorf("the thing alone: got %v", err)
		}
	})
}

func TestAPageWithoutAQueryTakesNoPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)

		var all []*stream
		for i := range 256 {
			all = append(all, w.open(fmt.Sprintf("/events?page=list%%3Fstatus%%3D%d", i), "Session", strconv.Itoa(i/64)))
		}

		if got := w.open("/events?page=list").close(t); !strings.Contains(got, "data: [\"list\"]\n") {
			t.Errorf("the list does not follow while 256 queries do:\n%s", got)
		}

		for _, s := range all {
			s.close(t)
		}
	})
}

// TestOneSessionTakesNotAllPlaces has a session follow as many queries as it may, and one more.
func TestOneSessionTakesNotAllPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		address := func(i int) string { return fmt.Sprintf("/events?page=both&page=list%%3Fstatus%%3D%d", i) }
		follows := func(s *stream) bool { return strings.Contains(s.close(t), "status=") }

		var all []*stream
		for i := range 64 {
			all = append(all, w.open(address(i)))
		}

		if follows(w.open(address(64))) {
			t.Error("it follows one more")
		}

		if !follows(w.open(address(7))) {
			t.Error("what it follows already it does not follow again")
		}

		if !follows(w.open(address(64), "Session", "another")) {
			t.Error("another session has no place")
		}

		for _, s := range all {
			s.close(t)
		}

		if !follows(w.open(address(64))) {
			t.Error("what it has left still takes its places")
		}
	})
}

// TestWhatOnlyReadsOtherwiseIsNotSent is of a moment, which the page's script keeps going.
func TestWhatOnlyReadsOtherwiseIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open("/events?page=dated")

		for range 3 {
			<-time.After(time.Minute)
			w.monitor.Poll(t.Context())
			synctest.Wait()
		}

		if n := strings.Count(s.close(t), `datetime="1999-12-31`); n != 1 {
			t.Errorf("it was sent %d times, want once", n)
		}
	})
}

func TestAViewHasOneNameForWhatItShows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, query := range []string{"other=1", "status=a&status=b"} {
			if err := <-w.open("/events?page=list%3F" + url.QueryEscape(query)).done; err == nil {
				t.Errorf("%s is followed", query)
			}
		}
	})
}

func TestALongQueryIsNotAskedFor(t *testing.T) {
	t.Parallel()

	long := url.Values{"status": {strings.Repeat("x", 1000)}}
	if got := live.EventsFor("list", long); got != live.Events("") {
		t.Errorf("it is asked for at %s", got)
	}

	if got, want := live.EventsFor("list", url.Values{"q": {"x"}}), "/events?page=list%3Fq%3Dx"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if err := <-w.open("/events?page=list%3F" + url.QueryEscape(long.Encode())).done; err == nil {
			t.Error("it is followed all the same")
		}
	})
}
