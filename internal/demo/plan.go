//nolint:mnd // the numbers describe a made-up world
package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Session is an analyst's use of one instance. Times are of the day, from midnight.
type Session struct {
	Analyst string
	// Name is the instance's, and tells sessions of one analyst apart.
	Name    string
	Wrapper string
	// Subject is the index of the mapping.
	Subject    int
	Start, End time.Duration
	// Forgotten is an instance that its analyst leaves alone at once, and ends late.
	Forgotten bool
}

// Edit is a new version of a mapping.
type Edit struct {
	Subject int
	At      time.Duration
}

// Day is what happens in a day, sorted by time.
type Day struct {
	Sessions []Session
	Edits    []Edit
}

const (
	hour = time.Hour
	day  = 24 * hour
)

// habits says how an analyst works: how many sessions a day, and how many of a
// hundred last long.
type habits struct{ least, most, long int }

// habitsOf makes one in six a heavy user, who runs into the limit, and one in three
// an occasional one.
func habitsOf(analyst int) habits {
	switch analyst % 6 {
	case 2:
		return habits{9, 12, 85}
	case 0, 4:
		return habits{1, 3, 15}
	default:
		return habits{2, 4, 25}
	}
}

// Plan decides what happens on the n-th day, from the seed alone.
func Plan(seed uint64, n int) Day {
	var plan Day

	for analyst := range analysts {
		r := random(seed, streamPlan, uint64(n), uint64(analyst)) //nolint:gosec // both are small
		h := habitsOf(analyst)

		for range h.least + r.IntN(h.most-h.least+1) {
			plan.Sessions = append(plan.Sessions, planSession(r, analyst, h))
		}
	}

	r := random(seed, streamEdits, uint64(n)) //nolint:gosec // small

	const edits = 26
	for range edits {
		plan.Edits = append(plan.Edits, Edit{Subject: r.IntN(len(subjects())), At: workingHour(r)})
	}

	slices.SortStableFunc(plan.Sessions, func(a, b Session) int { return cmp.Compare(a.Start, b.Start) })
	slices.SortStableFunc(plan.Edits, func(a, b Edit) int { return cmp.Compare(a.At, b.At) })

	return plan
}

func planSession(r *rand.Rand, analyst int, h habits) Session {
	start := workingHour(r)
	// Most work on few subjects: their own, their team's, and now and then another.
	subject := pick(r, []int{analyst, analyst, analyst + 1, analyst + 5, r.IntN(len(subjects()))}) % len(subjects())

	session := Session{
		Analyst: analystName(analyst),
		Name:    fmt.Sprintf("%s-%s-%s", subjects()[subject].slug, pick(r, purposes()), suffix(r)),
		Wrapper: pick(r, []string{"ryugraph", "ryugraph", "falkordb"}),
		Subject: subject, Start: start,
	}

	length := between(r, 20*time.Minute, 100*time.Minute)
	if r.IntN(100) < h.long {
		length = between(r, 2*hour, 6*hour)
	}

	if session.Forgotten = r.IntN(100) < 12; session.Forgotten {
		length = between(r, 6*hour, 10*hour)
	}

	session.End = start + length

	return session
}

func purposes() []string {
	return []string{"review", "what-if", "case", "model", "audit", "triage", "weekly", "deep-dive", "baseline", "handover"}
}

// workingHour is a moment between seven and half past seven in the evening, most
// likely around ten and around two.
func workingHour(r *rand.Rand) time.Duration {
	const (
		morning, afternoon = 10 * hour, 14*hour + 15*time.Minute
		spread             = 70 * time.Minute
		opens, closes      = 7 * hour, 19*hour + 30*time.Minute
	)

	peak := morning
	if r.IntN(100) < 55 {
		peak = afternoon
	}

	at := peak + time.Duration(r.NormFloat64()*float64(spread))

	return min(max(at, opens), closes)
}

func between(r *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(r.Int64N(int64(high-low)))
}

func suffix(r *rand.Rand) string {
	const letters = "23456789abcdefghjkmnpqrstuvwxyz"

	var s [5]byte
	for i := range s {
		s[i] = letters[r.IntN(len(letters))]
	}

	return string(s[:])
}
