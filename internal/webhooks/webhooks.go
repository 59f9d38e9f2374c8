package webhooks

import (
	"context"
	"crypto/x509"
	"database/sql"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Enqueuer puts the job of a delivery into a transaction; it is to call
// [Webhooks.Deliver].
type Enqueuer interface {
	EnqueueDelivery(ctx context.Context, tx *sql.Tx, delivery string) error
}

// Config is what [Webhooks] work with.
type Config struct {
	DB    *store.DB
	Audit *audit.Log
	Jobs  Enqueuer
	// Now is the clock.
	Now    func() time.Time
	Logger *slog.Logger
	// OnChange is called after what pages show of the webhooks was written; nil is nobody.
	OnChange func()
	// Environment is what the platform is called.
	Environment string
	// Page is where users read the announcements; nil when they cannot.
	Page *url.URL
	// Approvals is where operators approve what others ask for; nil when nobody has to.
	Approvals *url.URL
	// Scheduled is where operators see scheduled changes; nil where that is not known.
	Scheduled *url.URL

	// AllowedHosts are those that may be told: hooks.slack.com, or *.example.com for
	// every name below. Without any nobody is.
	AllowedHosts []string
	// AllowedNetworks are private networks that the hosts may be in all the same.
	// Loopback addresses among them can be reached by http too.
	AllowedNetworks []netip.Prefix
	// RootCAs sign the endpoints' certificates; nil is those of the system.
	RootCAs *x509.CertPool
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
	// Timeout is how long an endpoint may take to answer; 0 is 10 s.
	Timeout time.Duration
	// Jitter spreads the pauses between two tries, 0 to 1; nil is at random.
	Jitter func() float64
}

// Webhooks keeps the endpoints and delivers to them.
type Webhooks struct {
	Config

	client *http.Client
}

const defaultTimeout = 10 * time.Second

// New returns the webhooks kept in the database.
func New(c Config) *Webhooks {
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}

	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}

	if c.OnChange == nil {
		c.OnChange = func() {}
	}

	return &Webhooks{Config: c, client: newClient(c)}
}

// now is the time, as precisely as the database keeps it.
func (s *Webhooks) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// shared is the time by which replicas claim deliveries, put them off and give them up.
func (s *Webhooks) shared(ctx context.Context, from store.Querier) (time.Time, error) {
	return s.DB.Now(ctx, from, s.Now)
}

// write runs fn in a transaction, and lets the pages know.
func (s *Webhooks) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	err := s.DB.Tx(ctx, fn)
	if err == nil {
		s.OnChange()
	}

	return err
}
