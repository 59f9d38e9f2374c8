package config_test

import (
	"encoding/pem"
	"log/slog"
	"maps"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/config"
)

func TestServe(t *testing.T) {
	t.Parallel()

	s := parseServe(t, serveArgs())

	if s.Addr != "127.0.0.1:8080" || s.PublicURL.String() != "http://127.0.0.1:8080" {
		t.Errorf("served on %s, reached on %s, want 127.0.0.1:8080 in both", s.Addr, s.PublicURL)
	}

	if s.Environment != (config.Environment{Name: "production", Color: "red"}) || !s.LogJSON || s.LogLevel != slog.LevelInfo {
		t.Errorf("got %+v, JSON %t, %s, want production in red, JSON, INFO", s.Environment, s.LogJSON, s.LogLevel)
	}

	if s.SessionLifetime != 12*time.Hour || s.SessionIdle != time.Hour || s.PollInterval != 5*time.Second ||
		s.ConfirmBelow != 0.5 {
		t.Errorf("got %s, %s, %s, %g, want 12h, 1h, 5s, 0.5", s.SessionLifetime, s.SessionIdle, s.PollInterval, s.ConfirmBelow)
	}

	limits := config.DatabaseLimits{IdleInTransaction: 10 * time.Second, Lock: 5 * time.Second, Statement: 30 * time.Second}
	if s.DatabaseLimits != limits {
		t.Errorf("got %+v, want %+v", s.DatabaseLimits, limits)
	}

	if s.OIDC.Issuer.String() != "https://id.example.com" || s.OIDC.OpsRole != "ops" ||
		!slices.Equal(s.OIDC.Scopes, []string{"profile", "email"}) {
		t.Errorf("got %+v, want id.example.com, the role ops, profile and email", s.OIDC)
	}

	remote := s.ControlPlane.Remote
	if s.ControlPlane.Embedded != nil || remote.URL.String() != "https://cp.example.com" ||
		remote.Auth != config.Passthrough || remote.Timeout != 10*time.Second {
		t.Errorf("got %+v, want cp.example.com by passthrough within 10s, nothing embedded", remote)
	}
}

// TestTheDelayOfAShutdown is for the replicas beside, which only PostgreSQL has; a demo has none.
func TestTheDelayOfAShutdown(t *testing.T) {
	t.Parallel()

	const postgres = "--database-url=postgres://ops@db/ops"

	for _, test := range []struct {
		args []string
		want time.Duration
	}{
		{serveArgs(), 0},
		{serveArgs("--shutdown-delay=3s"), 3 * time.Second},
		{serveArgs(postgres), 5 * time.Second},
		{serveArgs(postgres, "--shutdown-delay=0s"), 0},
	} {
		if got := parseServe(t, test.args).ShutdownDelay; got != test.want {
			t.Errorf("%v: got %s, want %s", test.args, got, test.want)
		}
	}
}

func TestMaintenance(t *testing.T) {
	t.Parallel()

	if m := parseServe(t, serveArgs()).Maintenance; m.Announcements != "public" ||
		m.Zone != "UTC" || len(m.Components)+len(m.Origins)+len(m.WebhookHosts)+len(m.WebhookNetworks)+len(m.BlockedAuthors) != 0 {
		t.Errorf("got %+v, want them public, nothing else set", m)
	}

	m := parseServe(t, serveArgs("--announcements=signed-in", "--announcement-components=starburst = Queries, database", "--announcement-zone=Europe/Berlin",
		"--announcement-origins=HTTPS://N.example.com:443,http://127.0.0.1:8888",
		"--webhook-allowed-hosts=Hooks.slack.com, *.webhook.office.com", "--webhook-allowed-networks=10.1.2.3/24",
		"--blocked-authors=olga", "--blocked-authors=dave")).Maintenance

	want := config.Maintenance{
		Announcements: "signed-in", Zone: "Europe/Berlin",
		Components:      []config.NamedComponent{{Name: "starburst", Label: "Queries"}, {Name: "database"}},
		Origins:         []string{"https://n.example.com", "http://127.0.0.1:8888"},
		WebhookHosts:    []string{"*.webhook.office.com", "hooks.slack.com"},
		WebhookNetworks: []netip.Prefix{netip.MustParsePrefix("10.1.2.0/24")}, BlockedAuthors: []string{"olga", "dave"},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

func TestAlertmanager(t *testing.T) {
	t.Parallel()

	if a := parseServe(t, serveArgs()).Maintenance.Alertmanager; a != nil {
		t.Errorf("got %+v, want none", a)
	}

	server := httptest.NewTLSServer(nil)
	defer server.Close()

	password := write(t, "secret\n")
	ca := write(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))

	a := parseServe(t, serveArgs("--alertmanager-url=https://mimir.example.com/alertmanager", "--alertmanager-user=console",
		"--alertmanager-ca="+ca, "--alertmanager-matchers=namespace=graph, severity =~ \"warning|info,x\""),
		"OPSCONSOLE_ALERTMANAGER_PASSWORD_FILE="+password).Maintenance.Alertmanager

	if a.URL.Path != "/alertmanager" || a.User != "console" || a.Password != "secret" || a.Files != (alertmanager.Files{Password: password, CA: ca}) ||
		!slices.Equal(a.Matchers, []string{`namespace="graph"`, `severity=~"warning|info,x"`}) {
		t.Errorf("got %+v, want all of it, and two matchers", a)
	}

	a = parseServe(t, serveArgs("--alertmanager-url=https://am.example.com", "--alertmanager-token=t"),
		"OPSCONSOLE_ALERTMANAGER_TOKEN_FILE="+password).Maintenance.Alertmanager
	if a.Token != "t" || a.Files != (alertmanager.Files{}) {
		t.Errorf("got %+v, want the flag's token, and no file", a)
	}
}

func TestServePublicURL(t *testing.T) {
	t.Parallel()

	for args, want := range map[string]string{
		"--addr=localhost:9": "http://localhost:9",
		"--addr=[::1]:9":     "http://[::1]:9",
		"--addr=:9 --public-url=https://console.example.com/":      "https://console.example.com",
		"--addr=:9 --public-url=http://127.0.0.1:9":                "http://127.0.0.1:9",
		"--addr=10.1.1.1:9 --public-url=https://c.example.com:444": "https://c.example.com:444",
	} {
		if got := parseServe(t, serveArgs(strings.Fields(args)...)).PublicURL.String(); got != want {
			t.Errorf("%s: got %s, want %s", args, got, want)
		}
	}
}

func TestServeEmbedded(t *testing.T) {
	t.Parallel()

	e := parseServe(t, serveArgs("--control-plane-url=", "--embedded", "--api-addr=:9090",
		"--trust-identity-headers=10.1.2.3/24, 127.0.0.1", "--trust-identity-headers=::1",
		"--api-oidc-issuer=https://id.example.com", "--api-oidc-audience=api,https://api.example.com",
		"--api-public-url=https://api.example.com/",
		"--api-oidc-username-claim=preferred_username", "--api-oidc-ops-role=Platform-Ops",
		"--starburst-url=https://trino.example.com", "--starburst-user=console",
		"--kubernetes-in-cluster", "--kubernetes-namespace=graphs", "--kubernetes-selector=app in (a,b),tier=graph",
		"--kubernetes-labels=app=a,team=graph", "--kubernetes-image=i:1", "--kubernetes-image=falkordb=f:2",
		"--kubernetes-requests=memory=1Gi", "--kubernetes-limits=memory=2Gi",
		"--slow-after=database=200ms", "--slow-after=starburst=3s",
		"--job-schedule=lifecycle=10m", "--job-schedule=schema_cache=6h, resource_monitor=1s")).ControlPlane.Embedded

	trusted := []netip.Prefix{
		netip.MustParsePrefix("10.1.2.0/24"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128"),
	}
	if e.Addr != ":9090" || !slices.Equal(e.TrustIdentityHeaders, trusted) {
		t.Errorf("got %+v, want :9090 and trust in %v", e, trusted)
	}

	if e.Tokens.Issuer.Host != "id.example.com" || !slices.Equal(e.Tokens.Audiences, []string{"api", "https://api.example.com"}) ||
		e.PublicURL.String() != "https://api.example.com" || !strings.HasSuffix(e.Tokens.RolesClaim, "/roles") ||
		e.Tokens.UsernameClaim != "preferred_username" || e.Tokens.OpsRole != "Platform-Ops" {
		t.Errorf("got %+v, want id.example.com for api, the claims roles and preferred_username, Platform-Ops", e.Tokens)
	}

	want := config.Kubernetes{
		Namespace: "graphs", Selector: "app in (a,b),tier=graph",
		Labels:   map[string]string{"app": "a", "tier": "graph", "team": "graph"},
		Images:   map[string]string{"ryugraph": "i:1", "falkordb": "f:2"},
		Requests: map[string]string{"memory": "1Gi"}, Limits: map[string]string{"memory": "2Gi"},
	}
	if e.Starburst.User != "console" || !reflect.DeepEqual(*e.Kubernetes, want) {
		t.Errorf("got %+v, %+v, want the user console and %+v", e.Starburst, e.Kubernetes, want)
	}

	slow := map[string]time.Duration{"database": 200 * time.Millisecond, "kubernetes": 500 * time.Millisecond, "starburst": 3 * time.Second}
	if !maps.Equal(e.SlowAfter, slow) {
		t.Errorf("got %v, want %v", e.SlowAfter, slow)
	}

	schedule := map[string]time.Duration{"lifecycle": 10 * time.Minute, "schema_cache": 6 * time.Hour, "resource_monitor": time.Second}
	if !maps.Equal(e.JobSchedule, schedule) {
		t.Errorf("got %v, want %v", e.JobSchedule, schedule)
	}
}

func TestServeEmbeddedByVariable(t *testing.T) {
	t.Parallel()

	s := parseServe(t, serveArgs("--control-plane-url="), "OPSCONSOLE_EMBEDDED=1", "OPSCONSOLE_SLOW_AFTER=database=1s,starburst=2s")

	e := s.ControlPlane.Embedded
	if e == nil || e.SlowAfter["database"] != time.Second || e.SlowAfter["starburst"] != 2*time.Second {
		t.Fatalf("got %+v, want the database's 1s and starburst's 2s", e)
	}

	if e.Tokens != nil || e.Starburst != nil || e.Kubernetes != nil || e.TrustIdentityHeaders != nil {
		t.Errorf("something is configured that was not: %+v", e)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()

	s := parseServe(t, serveArgs("--oidc-scopes=openid profile, offline_access", "--oidc-scopes=groups", "--oidc-audience=https://ops.example.com/api, opsconsole-api",
		"--oidc-resource=https://api.example.com/v1,urn:ops", "--oidc-request-audience=https://api.example.com"))
	if want := []string{"profile", "offline_access", "groups"}; !slices.Equal(s.OIDC.Scopes, want) {
		t.Errorf("got %q, want %q", s.OIDC.Scopes, want)
	}

	if want := []string{"https://ops.example.com/api", "opsconsole-api"}; !slices.Equal(s.OIDC.Audiences, want) {
		t.Errorf("got %q, want %q", s.OIDC.Audiences, want)
	}

	if !slices.Equal(s.OIDC.Resources, []string{"https://api.example.com/v1", "urn:ops"}) || s.OIDC.RequestAudience != "https://api.example.com" {
		t.Errorf("got the resources %q and the audience %q", s.OIDC.Resources, s.OIDC.RequestAudience)
	}
}

func TestUnmarkedTokensAreTakenWhenAskedFor(t *testing.T) {
	t.Parallel()

	api := []string{"--control-plane-url=", "--embedded", "--api-oidc-issuer=https://id.example.com", "--api-oidc-audience=api"}

	s := parseServe(t, serveArgs(api...))
	if s.OIDC.UnmarkedTokens || s.ControlPlane.Embedded.Tokens.UnmarkedTokens {
		t.Errorf("taken by default: %+v", s)
	}

	s = parseServe(t, serveArgs(append(api, "--oidc-unmarked-tokens", "--api-oidc-unmarked-tokens")...))
	if !s.OIDC.UnmarkedTokens || !s.ControlPlane.Embedded.Tokens.UnmarkedTokens {
		t.Errorf("not taken: %+v", s)
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()

	for _, args := range []string{
		"demo", "demo --addr=localhost:8080", "demo --addr=[::1]:8080", "demo --addr=127.9.9.9:8080", "demo --embedded",
		"demo --addr=here.example.com:8080 --public-url=http://localhost:8080",
	} {
		command, err := parse(t, strings.Fields(args))
		if err != nil {
			t.Errorf("%s: %v, want it taken", args, err)

			continue
		}

		d := command.(config.Demo)
		if d.ControlPlane.Embedded == nil || d.ControlPlane.Embedded.Addr != "127.0.0.1:8081" || d.ControlPlane.Remote != nil {
			t.Errorf("%s: got %+v, want it embedded on 127.0.0.1:8081, none remote", args, d.ControlPlane)
		}

		if d.DatabaseURL != "sqlite://data/opsconsole.db" || d.Speed != 20 || d.Seed != 1 || d.Environment.Name != "demo" {
			t.Errorf("%s: got %+v, want data/opsconsole.db, speed 20, seed 1, demo", args, d)
		}
	}

	command, err := parse(t, strings.Fields(
		"demo --control-plane-url=http://127.0.0.1:9091 --data-dir=/tmp/world --demo-speed=0.5 --demo-seed=42 --api-addr=:1"))
	if err != nil {
		t.Fatal(err)
	}

	d := command.(config.Demo)
	if remote := d.ControlPlane.Remote; d.ControlPlane.Embedded != nil ||
		remote.Auth != config.IdentityHeaders || remote.URL.Port() != "9091" {
		t.Errorf("got %+v, want none embedded, identity headers to port 9091", d.ControlPlane)
	}

	if d.DatabaseURL != "sqlite:///tmp/world/opsconsole.db" || d.Speed != 0.5 || d.Seed != 42 {
		t.Errorf("got %+v, want /tmp/world/opsconsole.db, speed 0.5, seed 42", d)
	}
}
