package coalesce_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/coalesce"
)

// database is looked at, and written meanwhile.
type database struct {
	mu             sync.Mutex
	value, looks   int
	took           time.Duration
	hangs          bool
	failing        error
	group          coalesce.Group[string, int]
	mostAtOnce, at int
}

func (d *database) look(context.Context) (int, error) {
	d.mu.Lock()
	value, took, err := d.value, d.took, d.failing // what it finds is what is there when it begins
	d.looks++
	d.at++
	d.mostAtOnce = max(d.mostAtOnce, d.at)

	if d.hangs {
		took, d.hangs = time.Hour, false
	}

	d.mu.Unlock()

	time.Sleep(took) //nolint:forbidigo // a look takes its time

	d.mu.Lock()
	defer d.mu.Unlock()

	d.at--

	return value, err
}

func (d *database) write() (value int) {
	d.mu.Lock()
	defer d.mu.Unlock()

	d.value++

	return d.value
}

func (d *database) ask(ctx context.Context) (int, error) { return d.group.Do(ctx, "it", d.look) }

// TestNobodyIsAnsweredByALookThatBeganBefore has many write and read what they wrote.
func TestNobodyIsAnsweredByALookThatBeganBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{took: 7 * time.Millisecond}

		var all sync.WaitGroup

		for i := range 50 {
			all.Go(func() {
				for range 20 {
					time.Sleep(time.Duration(i) * time.Millisecond / 3) //nolint:forbidigo // they come at any time

					wrote := d.write()
					if read, err := d.ask(t.Context()); err != nil || read < wrote {
						t.Errorf("%d was written, then %d was read, %v", wrote, read, err)
					}
				}
			})
		}

		all.Wait()

		if d.mostAtOnce != 1 || d.looks > 300 {
			t.Errorf("%d looks for 1,000 questions, %d at once; want few, one at a time", d.looks, d.mostAtOnce)
		}
	})
}

// Whoever comes first looks at once; those who come meanwhile share the next look.
func TestThoseWhoComeMeanwhileShareTheNextLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{took: 10 * time.Millisecond}
		begun := time.Now()

		var all sync.WaitGroup

		for i := range 100 {
			all.Go(func() {
				if i > 0 {
					time.Sleep(time.Millisecond) //nolint:forbidigo // after the first
				}

				_, err := d.ask(t.Context())
				if took := time.Since(begun); err != nil || i == 0 && took != 10*time.Millisecond || i > 0 && took != 20*time.Millisecond {
					t.Errorf("number %d was answered after %v, %v", i, took, err)
				}
			})
		}

		all.Wait()

		if d.looks != 2 {
			t.Errorf("%d looks, want 2", d.looks)
		}
	})
}

func TestALookThatHangsHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{hangs: true}
		hanging, cancel := context.WithCancel(t.Context())

		go func() { _, _ = d.ask(hanging) }()

		synctest.Wait()

		begun := time.Now()
		if _, err := d.ask(t.Context()); err != nil || time.Since(begun) > time.Second {
			t.Errorf("answered after %v, %v", time.Since(begun), err)
		}

		cancel()
		<-time.After(2 * time.Hour)
	})
}

func TestWhoeverLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{took: time.Minute}

		go func() { _, _ = d.ask(t.Context()) }()

		synctest.Wait()

		leaving, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()

		if _, err := d.ask(leaving); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("whoever left got %v", err)
		}

		// The look that they asked for is for others, too.
		d.failing = errors.New("no luck")

		if _, err := d.ask(t.Context()); !errors.Is(err, d.failing) {
			t.Errorf("got %v, want what the look came to", err)
		}
	})
}

func TestALookForOthersThatPanicsIsAnErrorOfTheirs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var group coalesce.Group[string, int]

		first := make(chan struct{})

		go func() {
			_, _ = group.Do(t.Context(), "it", func(context.Context) (int, error) {
				<-first

				return 0, nil
			})
		}()

		synctest.Wait()

		// This one comes while the first looks, so that it is one for others.
		_, err := group.Do(t.Context(), "it", func(context.Context) (int, error) { panic("out of range") })
		if err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("got %v, want what it panicked with", err)
		}

		close(first)

		if n, err := group.Do(t.Context(), "it", func(context.Context) (int, error) { return 3, nil }); n != 3 || err != nil {
			t.Errorf("got %d, %v, want the next look to be as any", n, err)
		}
	})
}

// One that waits for ever would keep its connection for as long.
func TestALookForOthersEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var group coalesce.Group[string, int]

		begun := time.Now()
		look := func(ctx context.Context) (int, error) {
			<-ctx.Done()

			return 0, ctx.Err()
		}
		leaving, cancel := context.WithTimeout(t.Context(), time.Second)

		defer cancel()

		for range 2 { // the second is one for others
			go func() { _, _ = group.Do(leaving, "it", look) }()

			synctest.Wait()
		}

		if _, err := group.Do(t.Context(), "it", look); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > time.Minute {
			t.Errorf("it ended after %v with %v", time.Since(begun), err)
		}
	})
}
