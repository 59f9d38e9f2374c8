package chore_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/chore"
)

// runs returns at which seconds a chore ran that is woken and due at these.
func runs(t *testing.T, every time.Duration, wakes, dues []int) (at []int) {
	t.Helper()

	begun := time.Now()
	moment := func(second int) time.Time { return begun.Add(time.Duration(second) * time.Second) }
	ctx, stop := context.WithTimeout(t.Context(), 29500*time.Millisecond)

	defer stop()

	c := chore.New(chore.Config{
		Name: "it", Every: every, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Do: func(context.Context) (next time.Time, err error) {
			second := int(time.Since(begun).Seconds())
			at = append(at, second)

			if i := slices.IndexFunc(dues, func(due int) bool { return due > second }); i >= 0 {
				next = moment(dues[i])
			}

			return next, errors.New("it fails, too")
		},
	})

	for _, second := range wakes {
		time.AfterFunc(time.Until(moment(second)), c.Wake)
	}

	if err := c.Run(ctx); err != nil {
		t.Error(err)
	}

	return at
}

func TestAChoreRunsWhenItIsDueOrWokenAndEverySoOften(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		wakes, dues, want []int
	}{
		"neither": {nil, nil, []int{0, 10, 20}},
		"due":     {nil, []int{3, 4, 25}, []int{0, 3, 4, 14, 24, 25}},
		"woken":   {[]int{5, 6}, nil, []int{0, 5, 6, 16, 26}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if got := runs(t, 10*time.Second, test.wakes, test.dues); !slices.Equal(got, test.want) {
					t.Errorf("it ran at %v, want %v", got, test.want)
				}
			})
		})
	}
}

// What is due and stays due, as it fails, does not make a busy loop.
func TestAChoreRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()

		n := 0
		c := chore.New(chore.Config{
			Name: "it", Every: time.Minute, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
			Do: func(context.Context) (time.Time, error) {
				n++

				return time.Now().Add(-time.Hour), nil
			},
		})

		if err := c.Run(ctx); err != nil || n > 11 {
			t.Errorf("it ran %d times in 10 s, and ended with %v", n, err)
		}
	})
}

// TestAChoreRunsWhenTheClockJumps has a machine sleep for a day, and its clock set an hour forth and back: what is due
// is done within a second, and what is not due any more is looked at once.
func TestAChoreRunsWhenTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, jump := range map[string]time.Duration{"a day's sleep": 24 * time.Hour, "an hour ahead": time.Hour, "an hour back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					offset atomic.Int64
					ran    []time.Duration
				)

				begun := time.Now()
				clock := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
				due := begun.Add(30 * time.Minute)
				ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)

				defer stop()

				time.AfterFunc(90*time.Second+time.Millisecond, func() { offset.Store(int64(jump)) })

				c := chore.New(chore.Config{
					Name: "it", Every: time.Hour, Now: clock, Logger: slog.New(slog.DiscardHandler),
					Do: func(context.Context) (time.Time, error) {
						ran = append(ran, time.Since(begun))

						if clock().Before(due) {
							return due, nil
						}

						return time.Time{}, nil
					},
				})

				if err := c.Run(ctx); err != nil {
					t.Error(err)
				}

				if want := []time.Duration{0, 91 * time.Second}; !slices.Equal(ran, want) {
					t.Errorf("it ran after %v, want %v", ran, want)
				}
			})
		})
	}
}
