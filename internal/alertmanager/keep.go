package alertmanager

import (
	"context"
	"slices"
	"time"
)

// Author is who Alertmanager is told has made a silence.
const Author = "opsconsole"

// Order is a silence that there is to be.
type Order struct {
	// Mark is a text that no other comment has; Comment, which says why, gets it at its end.
	Mark, Comment string
	Matchers      []Matcher
	// IDs are those that its silences had so far; Current is that of the one that was active last.
	IDs     []string
	Current string
	// Least is until when it must last at the least, by our clock; where it does not, it is made to
	// last until Until.
	Least, Until time.Time
}

// Result is what became of an order, also where an error came with it.
type Result struct {
	// IDs are those that Alertmanager has given or had, oldest first.
	IDs []string
	// Active is the silence as it was seen to be active, nil when it was not.
	Active *Silence
	// EndedAt is when somebody ended it in Alertmanager; then it is let be. Zero when nobody did.
	EndedAt time.Time
	// Ended is how many were ended here.
	Ended int
	// Skew is how far Alertmanager's clock is ahead of ours.
	Skew time.Duration
}

// maxLooks bounds how often it is looked in a row; each time but the last something is done.
const maxLooks = 6

// slack is how much earlier than it should a silence may end: clocks are compared by seconds.
const slack = 3 * time.Second

// errRestless says that what was done did not come about.
func (c *Client) errRestless() error {
	return &Error{c.name() + " does not show the silence that it accepted; it is called again.", nil}
}

// longAgo is a start that has passed by the clock of any Alertmanager, which makes it the
// present: one in its future would wait.
const longAgo = 24 * time.Hour

// Keep makes the order come about: one silence with its mark and matchers, active and long
// enough. It returns once that was seen.
func (c *Client) Keep(ctx context.Context, o Order) (Result, error) {
	r := Result{IDs: slices.Clone(o.IDs)}

	for range maxLooks {
		look, err := c.Find(ctx, o.Mark, r.IDs)
		if err != nil {
			return r, err
		}

		r.see(look)

		do, s := next(look, o, c.Now())
		switch do {
		case nothing:
			r.Active = &s

			return r, nil
		case leave:
			r.EndedAt = s.EndsAt.Add(-look.Skew)

			return r, nil
		case end:
			r.Ended++
			err = c.expire(ctx, s.ID)
		case put:
			var id string
			if id, err = c.set(ctx, s); err == nil {
				r.add(id)
			}
		}

		if err != nil {
			return r, err
		}
	}

	return r, c.errRestless()
}

// End ends all silences with the mark, or with one of the ids. It returns once none was seen
// to be active or to become so.
func (c *Client) End(ctx context.Context, mark string, ids []string) (Result, error) {
	r := Result{IDs: slices.Clone(ids)}

	for range maxLooks {
		look, err := c.Find(ctx, mark, r.IDs)
		if err != nil {
			return r, err
		}

		r.see(look)

		live := slices.DeleteFunc(look.Silences, func(s Silence) bool { return !s.live() })
		if len(live) == 0 {
			return r, nil
		}

		for _, s := range live {
			if err := c.expire(ctx, s.ID); err != nil {
				return r, err
			}

			r.Ended++
		}
	}

	return r, c.errRestless()
}

func (r *Result) see(look Look) {
	r.Skew = look.Skew

	for _, s := range look.Silences {
		r.add(s.ID)
	}
}

func (r *Result) add(id string) {
	if !slices.Contains(r.IDs, id) {
		r.IDs = append(r.IDs, id)
	}
}

// act is what is to be done next about an order.
type act int

const (
	nothing act = iota
	// leave lets be what somebody has ended by hand.
	leave
	put
	end
)

// next says what is to be done, and with which silence.
func next(look Look, o Order, now time.Time) (act, Silence) {
	fits := slices.DeleteFunc(slices.Clone(look.Silences), func(s Silence) bool { return !s.live() || !s.has(o.Matchers) })
	least, until := o.Least.Add(look.Skew), o.Until.Add(look.Skew)

	if len(fits) == 0 {
		byHand := func(s Silence) bool { return s.ID == o.Current && s.wasEnded() }
		if i := slices.IndexFunc(look.Silences, byHand); i >= 0 {
			return leave, look.Silences[i]
		}

		return put, Silence{
			Matchers: o.Matchers, StartsAt: now.Add(look.Skew - longAgo), EndsAt: until,
			CreatedBy: Author, Comment: o.Comment + " " + o.Mark,
		}
	}

	best := slices.MaxFunc(fits, func(a, b Silence) int { return a.rank().Compare(b.rank()) })

	switch {
	case best.Status.State == Pending: // one that waits is replaced by one that does not
		best.StartsAt, best.EndsAt = now.Add(look.Skew-longAgo), until

		return put, best
	case best.EndsAt.Before(least.Add(-slack)):
		best.EndsAt = until // with its own start it keeps its id

		return put, best
	}

	for _, other := range fits {
		if other.ID != best.ID {
			return end, other
		}
	}

	return nothing, best
}

// rank sorts those that are active after those that wait, what ends later last.
func (s Silence) rank() time.Time {
	if s.Status.State == Active {
		return s.EndsAt
	}

	return time.Time{}
}
