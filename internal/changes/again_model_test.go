package changes_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestModelOfALostAnswer has a client whose answers get lost, over a line that breaks and a console
// that dies, ask again under the same key until it is told: nothing is ever done twice, and what it
// is told is what the history says.
func TestModelOfALostAnswer(t *testing.T) {
	t.Parallel()
	worldtest.Walk(t, 25, 12, func(t *testing.T, db *store.DB, seed uint64, steps int) {
		t.Helper()

		random := rand.New(rand.NewPCG(seed, 2))
		w := newWorld(t, db)
		line := &unreliable{Service: w.plain, random: random}

		for step := range steps {
			line.bad = 0

			current, err := w.Current(t.Context(), line, ops.SectionConcurrency)
			if err != nil {
				t.Fatal(err)
			}

			wanted := changes.Request{
				Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"cluster_total": int64(100 + step)},
				Reason: fmt.Sprintf("step %d of the test", step), Source: changes.SourceAPI, Confirm: "test",
			}
			line.bad = random.Float64() / 2

			c := client{w: w, line: line, random: random, key: fmt.Sprint("key ", step), wanted: wanted}
			if told, made := c.ask(t); made {
				c.check(t, told)
			}
		}
	})
}

type client struct {
	w      *world
	line   *unreliable
	random *rand.Rand
	key    string
	wanted changes.Request
}

// ask asks until there is an answer that is final, and returns the change; made is false when it
// was refused.
func (c *client) ask(t *testing.T) (told changes.Change, made bool) {
	t.Helper()

	for range 200 {
		change, err := c.try(t.Context())

		switch lost := c.random.IntN(2) == 0; {
		case lost:
		case err == nil && !change.Open():
			return change, true
		// The section holds what another late write set: the client would look again.
		case err != nil && ops.AsError(err).Code == ops.CodeConflict:
			return changes.Change{}, false
		}

		c.pass(t)
	}

	t.Fatalf("%s: there was no answer", c.key)

	return changes.Change{}, false
}

// try is one request, which dies with the console.
func (c *client) try(ctx context.Context) (change changes.Change, err error) {
	defer func() {
		if r := recover(); r != nil {
			killed, ok := r.(error)
			if !ok || !errors.Is(killed, errKilled) {
				panic(r)
			}

			err = killed
		}
	}()

	return c.w.replica().once(ctx, c.line, c.key, c.wanted)
}

// pass lets time pass, late writes arrive, and what is open be settled.
func (c *client) pass(t *testing.T) {
	t.Helper()
	worldtest.Pass(t, c.w.db, c.w.clock, time.Duration(1+c.random.IntN(90))*time.Second)

	if c.random.IntN(3) == 0 {
		for _, arrive := range c.line.adrift {
			_ = arrive()
		}

		c.line.adrift = nil
	}

	_ = c.w.Watch(t.Context(), c.w.plain)
}

// check wants one change at the most to have been made, and the one that was told.
func (c *client) check(t *testing.T, told changes.Change) {
	t.Helper()

	page, err := c.w.History(t.Context(), changes.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	applied := 0

	for _, change := range page.Items {
		if change.Reason == c.wanted.Reason && change.Outcome == changes.Applied {
			applied++
		}

		if change.ID == told.ID && change.Outcome != told.Outcome {
			t.Errorf("%s: told that change %d is %s, but it is %s", c.key, told.ID, told.Outcome, change.Outcome)
		}
	}

	if applied > 1 || told.Outcome == changes.Applied && applied != 1 {
		t.Errorf("%s: %d changes were made of it, want 1 at the most", c.key, applied)
	}
}
