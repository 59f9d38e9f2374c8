package config

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Components are what the embedded control plane looks at.
func Components() []string { return []string{"database", "kubernetes", "starburst"} }

// jobNames are the background jobs that have a schedule.
func jobNames() []string {
	var names []string
	for _, job := range ops.Jobs() {
		names = append(names, string(job.Name))
	}

	return names
}

// jobSchedule says how often each runs, for the help: lifecycle 5m, schema_cache 24h.
func jobSchedule() string {
	var items []string

	for _, job := range ops.Jobs() {
		items = append(items, string(job.Name)+" "+short(job.Every))
	}

	return strings.Join(items, ", ")
}

// short writes a duration as people type it in flags: 5m and not 5m0s.
func short(d time.Duration) string {
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(d.String())
}

const (
	defaultSlowAfter = 500 * time.Millisecond
	shortestTimeout  = 100 * time.Millisecond
)

func (r *reader) oidc(f oidcFlags) OIDC {
	return OIDC{
		Issuer:          r.httpURL(f.OIDCIssuer, "give the URL of your OpenID Connect provider; nobody can sign in without it"),
		ClientID:        r.required(f.OIDCClientID, "give the client ID of the console at the provider"),
		ClientSecret:    Secret(f.OIDCClientSecret.text),
		Scopes:          scopes(&f.OIDCScopes),
		Audiences:       f.OIDCAudience.items(),
		Resources:       r.resources(&f.OIDCResource),
		RequestAudience: f.OIDCRequestAud.text,
		UnmarkedTokens:  r.parseBool(f.OIDCUnmarkedTokens),
		RolesClaim:      r.claim(f.RolesClaim, "give the token claim that contains the roles"),
		EmailClaim:      r.claim(f.EmailClaim, "give the token claim that contains the e-mail address"),
		UsernameClaim:   r.claim(f.UsernameClaim, "give the token claim that contains the username"),
		OpsRole:         r.required(f.OpsRole, "give the token role that grants operator access"),
	}
}

// scopes are separated by commas or, as OAuth writes them, by spaces; openid is always asked for.
func scopes(l *list) []string {
	found := strings.FieldsFunc(l.text, func(c rune) bool { return c == ',' || c == ' ' })

	return slices.DeleteFunc(found, func(scope string) bool { return scope == "openid" })
}

// resources are those of RFC 8707, section 2.
func (r *reader) resources(l *list) []string {
	items := l.items()
	for _, item := range items {
		if u, err := url.Parse(item); err != nil || !u.IsAbs() || strings.Contains(item, "#") {
			r.badf(l.setting, "has %q; a resource is an absolute URI without a fragment, such as https://api.example.com", item)
		}
	}

	return items
}

// someOf reads a list that must not be empty.
func (r *reader) someOf(l *list, todo string) []string {
	items := l.items()
	if len(items) == 0 {
		r.badf(l.setting, "is missing; %s", todo)
	}

	return items
}

// apiURL reads where programs reach the REST API.
func (r *reader) apiURL(s setting) *url.URL {
	u := r.httpURL(s, "give the URL that programs use, such as https://api.example.com")

	switch {
	case u == nil:
		return nil
	case strings.Trim(u.Path, "/") != "":
		r.badf(s, "has the path %q; the API must be at the root of its host", u.Path)
	}

	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

func (r *reader) remote(f remoteFlags) *Remote {
	remote := &Remote{
		URL:     r.httpURL(f.ControlPlaneURL, "give the URL of the control plane, such as https://control-plane.example.com"),
		Auth:    RemoteAuth(r.oneOf(f.ControlPlaneAuth, string(Passthrough), string(APIKey), string(IdentityHeaders))),
		APIKey:  Secret(f.ControlPlaneAPIKey.text),
		Timeout: r.parseDuration(f.ControlPlaneTimeout, shortestTimeout),
	}

	switch {
	case remote.Auth == APIKey && remote.APIKey == "":
		r.badf(f.ControlPlaneAPIKey, "is missing; --control-plane-auth=api-key needs the key")
	case remote.Auth != APIKey && remote.APIKey != "":
		r.badf(f.ControlPlaneAPIKey, "is given but not used; add --control-plane-auth=api-key, or leave it out")
	}

	return remote
}

func (r *reader) notEmbedded(f embeddedFlags) {
	if r.parseBool(f.Embedded) {
		r.badf(f.Embedded.setting, "is given together with --control-plane-url; choose one")
	}
}

// embedded reads the control plane that serves its API on address, beside the pages.
func (r *reader) embedded(f embeddedFlags, address, pages string) *Embedded {
	if address != "" && address == pages {
		r.badf(f.APIAddr, "is the same as --addr, %s; use another port", pages)
	}

	embedded := &Embedded{
		Addr:              address,
		InternalAPIKey:    Secret(f.InternalAPIKey.text),
		Starburst:         r.starburst(f),
		Kubernetes:        r.kubernetes(f),
		SimulateInstances: r.parseBool(f.SimulateInstances),
		SlowAfter:         r.slowAfter(&f.SlowAfter),
		JobSchedule:       r.durations(&f.JobSchedule, jobNames(), time.Second, "JOB=INTERVAL", "lifecycle=10m"),
	}

	if embedded.SimulateInstances && embedded.Kubernetes != nil {
		r.badf(f.SimulateInstances.setting, "is given together with a cluster; choose one")
	}

	return embedded
}

func (r *reader) starburst(f embeddedFlags) *Starburst {
	if f.StarburstURL.text == "" {
		for _, s := range []setting{f.StarburstUser, f.StarburstPassword} {
			if s.text != "" {
				r.badf(s, "is given without --starburst-url; give both or neither")
			}
		}

		return nil
	}

	s := &Starburst{
		URL:      r.httpURL(f.StarburstURL, "give the URL of the coordinator, such as https://starburst.example.com"),
		User:     r.required(f.StarburstUser, "give the username at the coordinator"),
		Password: Secret(f.StarburstPassword.text),
	}

	// Trino takes none without it either, also from its own machine.
	if s.Password != "" && s.URL != nil && s.URL.Scheme != "https" {
		r.badf(f.StarburstURL, "is not https; a password is only sent over https")
	}

	return s
}

func (r *reader) slowAfter(l *list) map[string]time.Duration {
	after := map[string]time.Duration{}
	for _, component := range Components() {
		after[component] = defaultSlowAfter
	}

	maps.Copy(after, r.durations(l, Components(), time.Nanosecond, "COMPONENT=DURATION", "database=200ms"))

	return after
}

// durations reads items such as database=200ms, for names that are known and no
// shorter than low; form and example say what is to be written.
func (r *reader) durations(l *list, names []string, low time.Duration, form, example string) map[string]time.Duration {
	found := map[string]time.Duration{}

	for _, item := range l.items() {
		name, text, _ := strings.Cut(item, "=")
		d, err := time.ParseDuration(text)

		switch {
		case !slices.Contains(names, name) || err != nil || d <= 0:
			r.badf(l.setting, "has %q; write %s with one of %s, such as %s", item, form, strings.Join(names, ", "), example)
		case d < low:
			r.badf(l.setting, "has %q; it must be at least %s", item, low)
		default:
			found[name] = d
		}
	}

	return found
}

func (r *reader) callers(f callersFlags, embedded *Embedded) {
	embedded.TrustIdentityHeaders = r.networks(&f.TrustIdentityHeaders, "anyone could claim to be an operator")

	if f.APIPublicURL.text != "" {
		embedded.PublicURL = r.apiURL(f.APIPublicURL)
	}

	if f.APIOIDCIssuer.text == "" {
		if f.APIOIDCAudience.text != "" {
			r.badf(f.APIOIDCAudience.setting, "is given without --api-oidc-issuer; give both or neither")
		}

		return
	}

	embedded.Tokens = &Tokens{
		Issuer:         r.httpURL(f.APIOIDCIssuer, "give the issuer URL of the tokens that the REST API accepts"),
		Audiences:      r.someOf(&f.APIOIDCAudience, "give the audience of tokens for the REST API"),
		UnmarkedTokens: r.parseBool(f.APIOIDCUnmarkedTokens),
		EmailClaim:     r.claim(f.APIOIDCEmailClaim, "give the token claim that contains the e-mail address"),
		RolesClaim:     r.claim(f.APIOIDCRolesClaim, "give the token claim that contains the roles"),

		UsernameClaim: r.claimPath(f.APIOIDCUsernameClaim),
		OpsRole:       r.required(f.APIOIDCOpsRole, "give the token role that grants operator access"),
	}
}

// networks reads prefixes and single addresses. The whole network is refused, with what
// could come of it.
func (r *reader) networks(l *list, danger string) []netip.Prefix {
	var networks []netip.Prefix

	for _, item := range l.items() {
		prefix, err := netip.ParsePrefix(item)
		if addr, addrErr := netip.ParseAddr(item); addrErr == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}

		switch {
		case err != nil:
			r.badf(l.setting, "has %q, which is neither a network nor an IP address; write one such as 10.1.2.0/24", item)
		case prefix.Bits() == 0:
			r.badf(l.setting, "has %s, which means every address; %s", prefix, danger)
		default:
			networks = append(networks, prefix.Masked())
		}
	}

	return networks
}
