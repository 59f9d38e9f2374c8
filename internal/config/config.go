package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
)

// Console is what serve and demo have in common.
type Console struct {
	// Addr is the host and port that the pages are served on.
	Addr string
	// PublicURL is where browsers reach the pages; it has no query, and a path where the
	// console is not at the root of its host.
	// Its scheme is https unless its host is loopback.
	PublicURL *url.URL
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// MetricsAddr is the host and port that this console's own metrics are served on, "" for nowhere.
	MetricsAddr string
	// Traces is nil when none are sent.
	Traces *Traces
	// DatabaseURL is sqlite:///path or postgres://…, perhaps with a password.
	DatabaseURL    Secret
	DatabaseLimits DatabaseLimits
	// Backups is nil when none are made.
	Backups *Backups
	// AllowNewerSchema uses a database that a newer version has migrated.
	AllowNewerSchema bool
	// ShutdownDelay is how long it is served on once the process is asked to end.
	ShutdownDelay time.Duration

	Environment  Environment
	ControlPlane ControlPlane

	// ConfirmBelow, 0 to 1, is the part of a limit from which down lowering it asks for
	// the environment's name.
	ConfirmBelow float64
	// Tickets is nil when reasons have none.
	Tickets *Tickets
	// EmailLinks has e-mail addresses in reasons be links.
	EmailLinks  bool
	Maintenance Maintenance
	Audit       Audit

	// PollInterval is the time between two looks at the control plane, at least a second.
	PollInterval time.Duration
	// SessionLifetime ends a session however busy; SessionIdle, never longer, one that is not used.
	SessionLifetime time.Duration
	SessionIdle     time.Duration

	// ApprovalActions are the names of the acts that another operator has to approve, in order.
	ApprovalActions []string
	// StepUpActions are the names of those that need a sign-in not older than StepUpMaxAge, which is
	// at least a minute, and 0 where there are none.
	StepUpActions []string
	StepUpMaxAge  time.Duration

	// Zoneinfo is the folder of the system's time zones, "" for where systems keep it.
	Zoneinfo string

	LogLevel slog.Level
	// LogJSON is false for text that people read.
	LogJSON bool
}

// Traces says where traces of requests go.
type Traces struct {
	// Endpoint is http or https; v1/traces lies below it.
	Endpoint *url.URL
	// Ratio, 0 to 1, is how many of the requests are traced that bring no trace of their own.
	Ratio float64
}

// DatabaseLimits bound how long a session of PostgreSQL can keep others waiting; each is at
// least a second, and Lock is not longer than Statement.
type DatabaseLimits struct {
	IdleInTransaction, Lock, Statement time.Duration
}

// Environment is what the console calls the platform that it administers.
type Environment struct {
	Name  string
	Color string // one of [Colors]
}

// Tickets says how the tickets in a reason become links.
type Tickets struct {
	Pattern *regexp.Regexp
	// URL has {ticket} in it.
	URL string
}

// Maintenance says whom maintenance windows are told, and how.
type Maintenance struct {
	Announcements string // who reads them, one of [Audiences]
	// Components are those of which the announcements show how they answered, on the days of the IANA time zone Zone;
	// none unless they are named.
	Components []NamedComponent
	Zone       string
	// Origins are the other sites that may show the banner, scheme://host[:port] each.
	Origins []string
	// WebhookHosts are names of hosts in lower case, of which *.example.com stands for
	// every one below example.com; WebhookNetworks the private networks in which they may be.
	WebhookHosts    []string
	WebhookNetworks []netip.Prefix
	// BlockedAuthors are the users whose windows are held.
	BlockedAuthors []string
	// Alertmanager is nil when windows silence no alerts.
	Alertmanager *Alertmanager
}

// NamedComponent is a component of the platform, by its name at the control plane, and what users read for it.
type NamedComponent struct{ Name, Label string }

// Alertmanager is where windows silence alerts.
type Alertmanager struct {
	// URL is http or https; its path is that below which /api/v2 lies.
	URL *url.URL
	// Matchers are those of a window that names none, as Alertmanager writes them.
	Matchers []string
	// User and Password, or Token, say who asks; all are empty where nobody is asked.
	User            string
	Password, Token Secret
	// Files are where these stood, and who signs its certificate.
	Files alertmanager.Files
}

// ControlPlane is where the platform is: exactly one of the two is set.
type ControlPlane struct {
	Remote   *Remote
	Embedded *Embedded
}

// RemoteAuth says as whom a remote control plane is called.
type RemoteAuth string

// The ways to say who is calling.
const (
	Passthrough     RemoteAuth = "passthrough" // the user's own access token
	APIKey          RemoteAuth = "api-key"     // X-Internal-Api-Key
	IdentityHeaders RemoteAuth = "headers"     // X-Username and X-User-Role
)

// Remote is a control plane that runs elsewhere.
type Remote struct {
	// URL is http or https, without user, query or fragment.
	URL  *url.URL
	Auth RemoteAuth
	// APIKey is set when Auth is [APIKey].
	APIKey Secret
	// Timeout bounds one call.
	Timeout time.Duration
}

// Embedded is the control plane inside this program.
type Embedded struct {
	// Addr is the host and port that its REST API is served on.
	Addr string
	// InternalAPIKey is what X-Internal-Api-Key has to hold; empty refuses every key.
	InternalAPIKey Secret
	// TrustIdentityHeaders are the networks whose X-Username and X-User-Role are believed.
	TrustIdentityHeaders []netip.Prefix
	// DirectIdentityHeaders believes them only of what was sent straight to this machine.
	DirectIdentityHeaders bool
	// PublicURL is where programs reach its REST API, nil where that is not known.
	PublicURL *url.URL
	// Tokens is nil when bearer tokens are refused.
	Tokens *Tokens

	Starburst  *Starburst  // nil when it is not configured
	Kubernetes *Kubernetes // nil when it is not configured
	// SimulateInstances moves the instances of a platform's own tables in name where Kubernetes is nil.
	SimulateInstances bool

	// SlowAfter has the latencies, by component, above which a component is slow;
	// every one of [Components] has one.
	SlowAfter map[string]time.Duration
	// JobSchedule has the intervals, by job of [ops.Jobs], that are not the usual ones; each
	// is at least a second.
	JobSchedule map[string]time.Duration
}

// Tokens says which bearer tokens the REST API accepts.
type Tokens struct {
	Issuer *url.URL
	// Audiences are those of which a token must have one.
	Audiences []string
	// UnmarkedTokens takes tokens that do not say that they are access tokens.
	UnmarkedTokens bool
	// EmailClaim, RolesClaim and UsernameClaim are paths into the claims; where the last
	// is "" the e-mail names the user.
	EmailClaim, RolesClaim, UsernameClaim string
	// OpsRole is the role that makes an operator.
	OpsRole string
}

// Starburst is a Starburst or Trino coordinator.
type Starburst struct {
	URL      *url.URL
	User     string
	Password Secret
}

// Kubernetes is where the pods of instances run.
type Kubernetes struct {
	// Kubeconfig is the path of a file; it is empty for the account of the pod that we run in.
	Kubeconfig string
	Namespace  string
	// Selector is the label selector of the pods.
	Selector string
	// Labels are what the pods get; the selector finds pods that have them.
	Labels map[string]string
	// Images are by wrapper; every one of [Wrappers] has one.
	Images map[string]string
	// Requests and Limits are Kubernetes' quantities, by cpu and memory.
	Requests, Limits map[string]string
}

// OIDC is the identity provider that people sign in with.
type OIDC struct {
	Issuer       *url.URL
	ClientID     string
	ClientSecret Secret // empty for a public client
	// Scopes are asked for beside openid.
	Scopes []string
	// Audiences are accepted in bearer tokens, beside the client ID.
	Audiences []string
	// Resources and RequestAudience say for which APIs access tokens are asked for.
	Resources       []string
	RequestAudience string
	// UnmarkedTokens takes bearer tokens that do not say that they are access tokens.
	UnmarkedTokens bool
	// RolesClaim, EmailClaim and UsernameClaim are paths into the claims.
	RolesClaim, EmailClaim, UsernameClaim string
	// OpsRole is the role that makes an operator.
	OpsRole string
}
