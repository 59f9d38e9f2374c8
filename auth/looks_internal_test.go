package auth

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// rows is a table of one session whose reading takes a while. A row is as it was when it began to
// be read.
type rows struct {
	looks looks
	takes time.Duration

	mu    sync.Mutex
	reads int
	value string
	err   error
}

func (r *rows) set(value string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.value, r.err = value, err
}

func (r *rows) at(ctx context.Context, id string) (string, error) {
	found, err := r.looks.at(ctx, id, time.Now, func() (session, error) {
		r.mu.Lock()
		r.reads++
		found, err := session{sid: r.value}, r.err
		r.mu.Unlock()

		select {
		case <-ctx.Done():
			return session{}, ctx.Err()
		case <-time.After(r.takes):
			return found, err
		}
	})

	return found.sid, err
}

func (r *rows) expect(t *testing.T, when, value string) {
	t.Helper()

	if got, err := r.at(t.Context(), "x"); got != value || err != nil {
		t.Errorf("%s: got %q, %v, want %q", when, got, err, value)
	}
}

func (r *rows) expectReads(t *testing.T, want int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()

	if r.reads != want {
		t.Errorf("the row was read %d times, want %d", r.reads, want)
	}
}

func pass(d time.Duration) { <-time.After(d) }

func TestALookServesASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rows{takes: 10 * time.Millisecond, value: "first"}

		var together sync.WaitGroup
		for range 100 {
			together.Go(func() { r.expect(t, "together", "first") })
		}

		together.Wait()
		r.set("second", nil)
		pass(lookLasts - r.takes - time.Nanosecond)
		r.expect(t, "within the second", "first")
		pass(time.Nanosecond)
		r.expectReads(t, 1)
		r.expect(t, "after it", "second")
		r.expectReads(t, 2)
	})
}

// TestAnOldLookIsWaitedForByNobodyNew has a look take longer than what it finds may be used.
func TestAnOldLookIsWaitedForByNobodyNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rows{takes: 3 * time.Second, value: "first"}

		go r.expect(t, "who came first", "first")

		pass(lookLasts)
		r.set("second", nil)

		go r.expect(t, "who came later", "second")

		pass(2*r.takes + lookLasts)
		r.expectReads(t, 2)
		r.expect(t, "much later", "second")
	})
}

// TestALookThatAnEndOvertookIsNotKept has a session end while its row is read.
func TestALookThatAnEndOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rows{takes: 100 * time.Millisecond, value: "open"}
		over := errors.New("over")

		go r.expect(t, "who came before", "open")

		synctest.Wait()
		r.set("", over)
		r.looks.forget("x")

		if got, err := r.at(t.Context(), "x"); !errors.Is(err, over) {
			t.Errorf("who came after: got %q, %v, want it over", got, err)
		}

		if got, err := r.at(t.Context(), "x"); !errors.Is(err, over) || len(r.looks.of) != 0 {
			t.Errorf("later: got %q, %v and %d kept, want it over and none", got, err, len(r.looks.of))
		}

		r.expectReads(t, 3)
	})
}

func TestWhoLeavesTakesNoLookWithThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rows{takes: 100 * time.Millisecond, value: "open"}
		ctx, leave := context.WithCancel(t.Context())

		go func() {
			if _, err := r.at(ctx, "x"); !errors.Is(err, context.Canceled) {
				t.Errorf("who left: got %v", err)
			}
		}()

		synctest.Wait()

		for range 10 {
			go r.expect(t, "who stayed", "open")
		}

		synctest.Wait()
		leave()
		pass(time.Second)
		r.expectReads(t, 2)
	})
}

func TestLooksAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &rows{value: "open"}

		for i := range 1000 {
			if _, err := r.at(t.Context(), strconv.Itoa(i)); err != nil {
				t.Fatal(err)
			}
		}

		r.set("", errors.New("no such row"))

		for i := range 1000 {
			if _, err := r.at(t.Context(), "stranger "+strconv.Itoa(i)); err == nil {
				t.Fatal("a stranger was found")
			}
		}

		if n := len(r.looks.of); n != 1000 {
			t.Errorf("%d are kept, want those of the 1000 whose row was there", n)
		}

		pass(lookLasts)
		r.looks.keepFresh(time.Now())

		if n := len(r.looks.of); n != 0 {
			t.Errorf("%d are kept a second later, want none", n)
		}
	})
}
