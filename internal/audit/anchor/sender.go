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
	finish func(ctx context.Context) error
	logger *slog.Logger
	queues []*queue

	mu   sync.Mutex
	last Anchor
	// offered is the newest head, signed or not.
	offered audit.Head
}

// Config is what a sender is made of.
type Config struct {
	Key          ed25519.PrivateKey
	Destinations []Destination
	Now          func() time.Time
	Logger       *slog.Logger
	// Finish offers the head of all that was recorded, as the console ends; nil for what was offered before.
	Finish func(ctx context.Context) error
}

// New returns a sender.
func New(c Config) *Sender {
	s := &Sender{key: c.Key, now: c.Now, finish: c.Finish, logger: c.Logger}
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
	s.offered = head

	if s.last.Seq > 0 && head.Seq-s.last.Seq < signAfter && now.Sub(s.last.Time).Abs() < signEvery {
		return
	}

	s.sign(head, now)
}

func (s *Sender) sign(head audit.Head, now time.Time) {
	s.last = Sign(s.key, head, now)
	for _, q := range s.queues {
		q.add(s.last)
	}
}

// Run sends until the context is done, and then for a moment what is left, and the head of what was recorded last:
// nobody else may sign it until a console is started again.
func (s *Sender) Run(ctx context.Context) error {
	sending, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()

	var all sync.WaitGroup
	for _, q := range s.queues {
		all.Go(func() { q.run(sending) })
	}

	<-ctx.Done()
	s.signLast(context.WithoutCancel(ctx))
	end()
	all.Wait()

	return nil
}

// signLast signs the head of the newest entry.
func (s *Sender) signLast(ctx context.Context) {
	if s.finish != nil {
		ending, cancel := context.WithTimeout(ctx, endGrace)
		defer cancel()

		if err := s.finish(ending); err != nil {
			s.logger.WarnContext(ctx, "the last entries of the audit log could not be verified, and have no signed head", "error", err)
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	if s.offered.Seq > s.last.Seq {
		s.sign(s.offered, s.now())
	}
}

// States are how the destinations do.
func (s *Sender) States() []State {
	states := make([]State, 0, len(s.queues))
	for _, q := range s.queues {
		states = append(states, q.current())
	}

	return states
}
