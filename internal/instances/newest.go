package instances

import (
	"context"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Newest are the instances that were created last, as live pages show them: asked for once after a poll, by the first page
// that needs them, whatever pages select and however many look.
type Newest struct {
	platform ops.InstancesPlatform
	caller   func() (ops.Caller, error)

	// forgotten is set when they are to be read anew.
	forgotten atomic.Bool

	mu sync.Mutex
	// at is the poll after which they were read, zero for none.
	at   time.Time
	seen Seen
	err  error
	// highest is the highest number of those that were ever read.
	highest int64
}

// Seen are the newest instances of how many there are.
type Seen struct {
	Instances []ops.Instance
	Total     int

	highest int64
}

const (
	// newestMost is how many are read: as many as are given out at once.
	newestMost = 100
	// newestWithin bounds the wait for them.
	newestWithin = 2 * time.Second
)

// NewNewest asks the platform as whom the caller is.
func NewNewest(platform ops.InstancesPlatform, caller func() (ops.Caller, error)) *Newest {
	return &Newest{platform: platform, caller: caller}
}

// At returns them as they were read after that poll.
func (n *Newest) At(ctx context.Context, poll time.Time) (Seen, error) {
	n.mu.Lock()
	defer n.mu.Unlock()

	if n.forgotten.Swap(false) || n.at.IsZero() || poll.After(n.at) {
		n.at = poll
		n.seen, n.err = n.read(ctx)

		for _, i := range n.seen.Instances {
			n.highest = max(n.highest, i.ID)
		}

		n.seen.highest = n.highest
	}

	return n.seen, n.err
}

// Forget has them read anew: one was changed. It does not wait, and what is being read now may be from before.
func (n *Newest) Forget() { n.forgotten.Store(true) }

func (n *Newest) read(ctx context.Context) (Seen, error) {
	caller, err := n.caller()
	if err != nil {
		return Seen{}, err
	}

	ctx, cancel := context.WithTimeout(ctx, newestWithin)
	defer cancel()

	page, err := n.platform.InstancesAs(caller).ListInstances(ctx, ops.InstancesQuery{Limit: newestMost})
	if err != nil {
		return Seen{}, err
	}

	return Seen{Instances: page.Instances, Total: page.Total}, nil
}

// complete reports whether they are all there are.
func (s Seen) complete() bool { return s.Total <= len(s.Instances) }

// Select is what the control plane would answer to the query, and false where only that knows.
func (s Seen) Select(query ops.InstancesQuery) (ops.InstancesPage, bool) {
	end := query.Offset + query.Limit

	filtered := query.Owner != "" || query.Status != "" || query.Search != ""
	if !s.complete() && (filtered || end > len(s.Instances)) {
		return ops.InstancesPage{}, false
	}

	found, total := s.Instances, s.Total

	if filtered {
		found = nil

		for _, i := range s.Instances {
			if selects(query, i) {
				found = append(found, i)
			}
		}

		total = len(found)
	}

	return ops.InstancesPage{
		Instances: found[min(query.Offset, len(found)):min(end, len(found))], Total: total, Limit: query.Limit, Offset: query.Offset,
	}, true
}

func selects(query ops.InstancesQuery, i ops.Instance) bool {
	if query.Owner != "" && i.OwnerUsername != query.Owner || query.Status != "" && i.Status != query.Status {
		return false
	}

	text := strings.ToLower(query.Search)

	return strings.Contains(strings.ToLower(i.Name), text) ||
		i.Description != nil && strings.Contains(strings.ToLower(*i.Description), text)
}

// Get returns one of them; that it is not there is a RESOURCE_NOT_FOUND, and false that only the control plane knows.
func (s Seen) Get(id int64) (found ops.Instance, known bool, err error) {
	highest, lowest, byNumber := s.highest, int64(math.MaxInt64), true

	for _, i := range s.Instances {
		if i.ID == id {
			return i, true, nil
		}

		byNumber = byNumber && i.ID < lowest
		highest, lowest = max(highest, i.ID), min(lowest, i.ID)
	}

	// One with a number above all that were ever read may have been created since.
	if id > highest {
		return ops.Instance{}, false, nil
	}

	// Listed by number, the newest have the highest. Listed by when they were created, which clocks tell, one with a number among
	// theirs may come behind them.
	if s.complete() || byNumber && id > lowest {
		return ops.Instance{}, true, ops.NotFound("Instance", id)
	}

	return ops.Instance{}, false, nil
}
