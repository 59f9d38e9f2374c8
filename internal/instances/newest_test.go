package instances_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/ops"
)

// shelf is a platform that gives out instances and counts how often.
type shelf struct {
	ops.Instances

	all   []ops.Instance
	total int
	asked int
	err   error
}

func (s *shelf) InstancesAs(ops.Caller) ops.Instances { return s }

func (s *shelf) ListInstances(_ context.Context, q ops.InstancesQuery) (ops.InstancesPage, error) {
	s.asked++

	return ops.InstancesPage{Instances: s.all, Total: s.total, Limit: q.Limit}, s.err
}

// TestTheNewestAreAskedForOnceAPoll: however many look.
func TestTheNewestAreAskedForOnceAPoll(t *testing.T) {
	t.Parallel()

	plane := &shelf{total: 1, all: []ops.Instance{{ID: 1}}}
	newest := instances.NewNewest(plane, func() (ops.Caller, error) { return ops.Caller{}, nil })
	poll := time.Unix(1000, 0)

	ask := func(at time.Time, want int) {
		t.Helper()

		seen, err := newest.At(t.Context(), at)
		if !errors.Is(err, plane.err) || (err == nil) != (len(seen.Instances) == 1) || plane.asked != want {
			t.Errorf("got %+v, %v after %d times, want %d", seen, err, plane.asked, want)
		}
	}

	ask(poll, 1)
	ask(poll, 1)

	plane.err = errors.New("gone")

	ask(poll.Add(time.Second), 2)
	ask(poll.Add(time.Second), 2) // it is tried again with the next poll

	plane.err = nil

	newest.Forget()
	ask(poll.Add(time.Second), 3)
}

// TestWhatIsKnownOfTheNewest is what a control plane would say, or that it is to be asked.
func TestWhatIsKnownOfTheNewest(t *testing.T) {
	t.Parallel()

	described := "All of Fraud"
	all := []ops.Instance{
		{ID: 9, Name: "Sales", OwnerUsername: "alice", Status: ops.InstanceRunning},
		{ID: 7, Name: "x", Description: &described, OwnerUsername: "bob", Status: ops.InstanceFailed},
		{ID: 4, Name: "sales 2", OwnerUsername: "alice", Status: ops.InstanceFailed},
	}

	for name, test := range map[string]struct {
		total int
		query ops.InstancesQuery
		want  []int64
		known bool
	}{
		"all":                      {3, ops.InstancesQuery{Limit: 50}, []int64{9, 7, 4}, true},
		"a page":                   {3, ops.InstancesQuery{Limit: 2, Offset: 2}, []int64{4}, true},
		"behind the end":           {3, ops.InstancesQuery{Limit: 2, Offset: 4}, nil, true},
		"owner":                    {3, ops.InstancesQuery{Limit: 50, Owner: "alice"}, []int64{9, 4}, true},
		"state":                    {3, ops.InstancesQuery{Limit: 50, Owner: "alice", Status: ops.InstanceFailed}, []int64{4}, true},
		"name, in any case":        {3, ops.InstancesQuery{Limit: 50, Search: "SALES"}, []int64{9, 4}, true},
		"description":              {3, ops.InstancesQuery{Limit: 50, Search: "fraud"}, []int64{7}, true},
		"the first of more":        {300, ops.InstancesQuery{Limit: 2}, []int64{9, 7}, true},
		"more than is known":       {300, ops.InstancesQuery{Limit: 2, Offset: 2}, nil, false},
		"of more, those of an own": {300, ops.InstancesQuery{Limit: 1, Owner: "alice"}, nil, false},
	} {
		got, known := instances.Seen{Instances: all, Total: test.total}.Select(test.query)

		var ids []int64
		for _, i := range got.Instances {
			ids = append(ids, i.ID)
		}

		if known != test.known || !slices.Equal(ids, test.want) {
			t.Errorf("%s: got %v, %t, want %v, %t", name, ids, known, test.want, test.known)
		}
	}

	for id, test := range map[int64]struct {
		total        int
		known, there bool
	}{
		7: {300, true, true}, 8: {300, true, false}, 3: {300, false, false}, 2: {3, true, false},
		10: {300, false, false}, 11: {3, false, false}, // created since, it may be
	} {
		_, known, err := instances.Seen{Instances: all, Total: test.total}.Get(id)
		if known != test.known || (err == nil) != (test.there || !test.known) {
			t.Errorf("%d of %d: got %t, %v", id, test.total, known, err)
		}
	}
}

// TestAnInstanceThatIsNewerThanTheNewestIsNotSaidToBeGone: its page was opened before the next poll.
func TestAnInstanceThatIsNewerThanTheNewestIsNotSaidToBeGone(t *testing.T) {
	t.Parallel()

	plane := &shelf{total: 1, all: []ops.Instance{{ID: 5}}}
	newest := instances.NewNewest(plane, func() (ops.Caller, error) { return ops.Caller{}, nil })

	ask := func(poll int64, id int64, known, there bool) {
		t.Helper()

		seen, err := newest.At(t.Context(), time.Unix(poll, 0))
		if err != nil {
			t.Fatal(err)
		}

		if _, k, err := seen.Get(id); k != known || k && (err == nil) != there {
			t.Errorf("%d after poll %d: got %t, %v, want %t, there %t", id, poll, k, err, known, there)
		}
	}

	ask(1000, 6, false, false)

	plane.all, plane.total = []ops.Instance{{ID: 6}}, 1

	ask(1001, 6, true, true)
	ask(1001, 5, true, false)

	plane.all, plane.total = nil, 0

	ask(1002, 6, true, false) // it was seen, and ended
	ask(1002, 7, false, false)
}

// TestNoneIsGoneWhereTheyAreNotListedByNumber: by when they were created, which clocks tell, number 8 may be the next of the list.
func TestNoneIsGoneWhereTheyAreNotListedByNumber(t *testing.T) {
	t.Parallel()

	seen := instances.Seen{Instances: []ops.Instance{{ID: 9}, {ID: 4}, {ID: 7}}, Total: 300}

	for id, known := range map[int64]bool{3: false, 4: true, 5: false, 6: false, 8: false, 9: true, 10: false} {
		if _, got, err := seen.Get(id); got != known || err != nil {
			t.Errorf("%d: got %t, %v, want %t", id, got, err, known)
		}
	}

	if _, known, err := (instances.Seen{Instances: seen.Instances, Total: 3}).Get(8); !known || err == nil {
		t.Errorf("of all there are it is known: got %t, %v", known, err)
	}
}

// slow is a platform that answers when it is told to.
type slow struct {
	shelf

	asking, answer chan struct{}
}

func (s *slow) InstancesAs(ops.Caller) ops.Instances { return s }

func (s *slow) ListInstances(ctx context.Context, q ops.InstancesQuery) (ops.InstancesPage, error) {
	s.asking <- struct{}{}

	<-s.answer

	return s.shelf.ListInstances(ctx, q)
}

// TestForgettingDoesNotWaitForTheControlPlane: whoever acted has their answer meanwhile, and what was read then is read anew.
func TestForgettingDoesNotWaitForTheControlPlane(t *testing.T) {
	t.Parallel()

	plane := &slow{shelf: shelf{total: 1, all: []ops.Instance{{ID: 5}}}, asking: make(chan struct{}), answer: make(chan struct{})}
	newest := instances.NewNewest(plane, func() (ops.Caller, error) { return ops.Caller{}, nil })

	look := func() {
		if _, err := newest.At(t.Context(), time.Unix(1000, 0)); err != nil {
			t.Error(err)
		}
	}

	go look()

	<-plane.asking

	newest.Forget() // which ends though nobody answers

	plane.answer <- struct{}{}

	go look()

	<-plane.asking // once more, for the same poll

	plane.answer <- struct{}{}
}
