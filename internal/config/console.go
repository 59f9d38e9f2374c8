package config

import (
	"context"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Colors are the colors of environments.
func Colors() []string { return []string{"green", "blue", "amber", "red", "violet", "grey"} }

func (r *reader) console(f *consoleFlags, m *maintenanceFlags, a *auditFlags, address string) Console {
	if host, _, err := net.SplitHostPort(address); err == nil && isLoopback(host) {
		f.PublicURL.orElse("http://" + address)
	}

	c := Console{
		Addr:           address,
		DatabaseURL:    r.databaseURL(f.DatabaseURL),
		DatabaseLimits: r.databaseLimits(&f.databaseFlags),
		Backups:        r.backups(f),
		TrustedProxies: r.networks(&f.TrustedProxies,
			"anyone could forge the address that the audit log records for them"),
		AllowNewerSchema: r.parseBool(f.AllowNewerSchema),
		ShutdownDelay:    r.shutdownDelay(f),
		Environment: Environment{
			Name:  r.required(f.Environment, "give the name of the environment"),
			Color: r.oneOf(f.EnvironmentColor, Colors()...),
		},
		ConfirmBelow:    r.parseFloat(f.ConfirmBelow, 1),
		Tickets:         r.tickets(f.TicketPattern, f.TicketURL),
		EmailLinks:      r.parseBool(f.EmailLinks),
		Maintenance:     r.maintenance(m),
		Audit:           r.audit(a),
		PollInterval:    r.parseDuration(f.PollInterval, time.Second),
		SessionLifetime: r.parseDuration(f.SessionLifetime, time.Minute),
		SessionIdle:     r.parseDuration(f.SessionIdle, time.Minute),
		ApprovalActions: r.approvals(f.ApprovalActions),
		Zoneinfo:        f.Zoneinfo.text,
		Traces:          r.traces(f.OTLPEndpoint, f.TraceRatio),
		LogLevel:        r.logLevel(f.LogLevel),
		LogJSON:         r.oneOf(f.LogFormat, "text", "json") == "json",
	}

	c.StepUpActions, c.StepUpMaxAge = r.stepUp(f.StepUpActions, f.StepUpMaxAge)

	// Where it is missing because the address is wrong, one problem is enough.
	if address != "" || f.PublicURL.text != "" {
		c.PublicURL = r.publicURL(f.PublicURL)
	}

	if c.SessionIdle > c.SessionLifetime && r.ok(f.SessionLifetime) {
		r.badf(f.SessionIdle, "is %s, longer than --session-lifetime, %s; make it shorter", f.SessionIdle.text, f.SessionLifetime.text)
	}

	return c
}

// shutdownDelay is for the replicas beside this one, which only PostgreSQL has.
func (r *reader) shutdownDelay(f *consoleFlags) time.Duration {
	if strings.HasPrefix(f.DatabaseURL.text, "postgres") {
		f.ShutdownDelay.orElse("5s")
	}

	f.ShutdownDelay.orElse("0s")

	return r.parseDuration(f.ShutdownDelay, 0)
}

func (r *reader) databaseLimits(f *databaseFlags) DatabaseLimits {
	limits := DatabaseLimits{
		IdleInTransaction: r.parseDuration(f.DatabaseIdle, time.Second),
		Lock:              r.parseDuration(f.DatabaseLock, time.Second),
		Statement:         r.parseDuration(f.DatabaseTimeout, time.Second),
	}

	if limits.Lock > limits.Statement && r.ok(f.DatabaseLock) && r.ok(f.DatabaseTimeout) {
		r.badf(f.DatabaseLock, "is %s, longer than --database-statement-timeout, %s; make it shorter",
			f.DatabaseLock.text, f.DatabaseTimeout.text)
	}

	return limits
}

func (r *reader) demo(ctx context.Context, f *demoFlags) Demo {
	f.DatabaseURL.orElse("sqlite://" + filepath.Join(f.DataDir.text, "opsconsole.db"))
	f.ShutdownDelay.orElse("0s")

	d := Demo{
		Console: r.console(&f.consoleFlags, &f.maintenanceFlags, &f.auditFlags, r.loopbackAddress(ctx, f.Addr)),
		Speed:   r.parseFloat(f.DemoSpeed, math.MaxFloat64),
		Seed:    r.parseInt(f.DemoSeed),
		DataDir: r.required(f.DataDir, "give a directory"),
	}

	if d.PublicURL != nil && !isLoopback(d.PublicURL.Hostname()) {
		r.badf(f.PublicURL, "is not this machine; the demo's accounts have no passwords, so it only serves this machine")
	}

	if f.ControlPlaneURL.text == "" {
		d.ControlPlane.Embedded = r.embedded(f.embeddedFlags, r.loopbackAddress(ctx, f.APIAddr), d.Addr)
	} else {
		r.notEmbedded(f.embeddedFlags)
		d.ControlPlane.Remote = r.remote(f.remoteFlags)
	}

	if f.MetricsAddr.text != "" {
		d.MetricsAddr = r.alone(f.MetricsAddr, r.loopbackAddress(ctx, f.MetricsAddr), d.Console)
	}

	return d
}

// traces are nil unless a collector is named.
func (r *reader) traces(endpoint, ratio setting) *Traces {
	fraction := r.parseFloat(ratio, 1)

	if endpoint.text == "" {
		return nil
	}

	return &Traces{Endpoint: r.httpURL(endpoint, "give the URL of a collector, such as http://127.0.0.1:4318"), Ratio: fraction}
}

// alone returns the address that nothing else of the console may have.
func (r *reader) alone(s setting, address string, c Console) string {
	embedded := c.ControlPlane.Embedded

	switch {
	case address == "":
	case address == c.Addr:
		r.badf(s, "is the same as --addr, %s; use another port", address)
	case embedded != nil && address == embedded.Addr:
		r.badf(s, "is the same as --api-addr, %s; use another port", address)
	}

	return address
}

func (r *reader) serve(f *serveFlags) Serve {
	s := Serve{Console: r.console(&f.consoleFlags, &f.maintenanceFlags, &f.auditFlags, r.address(f.Addr)), OIDC: r.oidc(f.oidcFlags)}

	switch {
	case f.ControlPlaneURL.text != "":
		r.notEmbedded(f.embeddedFlags)
		s.ControlPlane.Remote = r.remote(f.remoteFlags)
	case r.parseBool(f.Embedded):
		s.ControlPlane.Embedded = r.embedded(f.embeddedFlags, r.address(f.APIAddr), s.Addr)
		r.callers(f.callersFlags, s.ControlPlane.Embedded)
	case r.ok(f.Embedded.setting):
		r.badf(f.ControlPlaneURL, "is missing; give the URL of a control plane, or run one with --embedded")
	}

	if f.MetricsAddr.text != "" {
		s.MetricsAddr = r.alone(f.MetricsAddr, r.address(f.MetricsAddr), s.Console)
	}

	return s
}

func (r *reader) databaseURL(s setting) Secret {
	const todo = "give sqlite:///path/to/file or postgres://user@host/database"

	text := r.required(s, todo)
	scheme, rest, _ := strings.Cut(text, "://")

	switch {
	case text == "":
	case scheme == "sqlite":
		if rest == "" || strings.HasSuffix(rest, "/") {
			r.badf(s, "names no file; %s", todo)
		}
	case scheme == "postgres" || scheme == "postgresql":
		// The text is not repeated: it may have a password in it.
		if _, err := url.Parse(text); err != nil {
			r.badf(s, "is not a URL; %s, with special characters escaped as %%XX", todo)
		}
	default:
		r.badf(s, "is not a URL of SQLite or PostgreSQL; %s", todo)
	}

	return Secret(text)
}

// tickets reads both settings or neither.
func (r *reader) tickets(pattern, address setting) *Tickets {
	const mark = "{ticket}"

	if pattern.text == "" {
		if address.text != "" {
			r.badf(address, "is given without --ticket-pattern; give both or neither")
		}

		return nil
	}

	compiled, err := regexp.Compile(pattern.text)
	if err != nil || compiled.MatchString("") {
		r.badf(pattern, "is not a regular expression, or matches text without a ticket; write one such as OPS-[0-9]+")
	}

	parsed, err := url.Parse(strings.ReplaceAll(address.text, mark, "T-1"))
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || !strings.Contains(address.text, mark) {
		r.badf(address, "must be an http or https URL with %s in it, such as https://tickets.example.com/%s", mark, mark)
	}

	return &Tickets{Pattern: compiled, URL: address.text}
}
