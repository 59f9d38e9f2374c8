package anchor

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

const (
	// signEvery and signAfter are how long, and how many entries, no head is signed at most. Heads are offered
	// every 15 s, and have left within five minutes.
	signEvery = 4*time.Minute + 30*time.Second
	signAfter = 1000
)

// Sender signs heads and sends them to each of its destinations. Every replica has its own and none
// looks whether another one sent: no row of a database decides whether a head leaves.
type Sender struct {
	key    ed25519.PrivateKey
	now    func() time.Time
	queues []*queue

	mu   sync.Mutex
	last Anchor
}

// Config is what a sender is made of.
type Config struct {
	Key          ed25519.PrivateKey
	Destinations []Destination
	Now          func() time.Time
	Logger       *slog.Logger
}

// New returns a sender.
func New(c Config) *Sender {
	s := &Sender{key: c.Key, now: c.Now}
	for _, d := range c.Destinations {
		s.queues = append(s.queues, newQueue(d, c.Now, c.Logger))
	}

	return s
}

// Offer has the head signed and sent where it is time; it does not wait for that.
func (s *Sender) Offer(head audit.Head) {
	if head.Seq == 0 {
		return
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	now := s.now()
	if s.last.Seq > 0 && head.Seq-s.last.Seq < signAfter && now.Sub(s.last.Time).Abs() < signEvery {
		return
	}

	s.last = Sign(s.key, head, now)
	for _, q := range s.queues {
		q.add(s.last)
	}
}

// Run sends until the context is done, and then for a moment what is left.
func (s *Sender) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, q := range s.queues {
		all.Go(func() { q.run(ctx) })
	}

	all.Wait()

	return nil
}

// States are how the destinations do.
func (s *Sender) States() []State {
	states := make([]State, 0, len(s.queues))
	for _, q := range s.queues {
		states = append(states, q.current())
	}

	return states
}
