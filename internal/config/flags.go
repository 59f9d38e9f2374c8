package config

// grammar is the command line, which newCommandLine reads. A flag's name is derived from its field's, and its environment
// variable from its name; those that are tagged as secret can be in a file too. ${…} in texts and defaults are of words and of
// the tag set of what is embedded. A command that is a fallback is meant where none is named.
type grammar struct {
	Demo  demoFlags  `cmd:"" help:"Run the console with a synthetic platform and accounts without passwords, on this machine only."`
	Serve serveFlags `cmd:"" help:"Run the console."`

	Config struct {
		Serve serveFlags `cmd:"" help:"The configuration of serve." fallback:""`
		Demo  demoFlags  `cmd:"" help:"The configuration of demo."`
	} `cmd:"" help:"Print the effective configuration, with secrets hidden, and check it."`

	Backup  backupFlags  `cmd:"" help:"Copy the database into a file, even while a console is running."`
	Restore restoreFlags `cmd:"" help:"Make a database from such a file."`

	Healthcheck healthcheckFlags `cmd:"" help:"Check that a console on this machine is alive; the exit code is 0 when it is."`
	Version     struct{}         `cmd:"" help:"Print version, commit and Go version."`

	Audit struct {
		Verify    auditVerifyFlags    `cmd:"" help:"Verify the audit log, or an export of it; the exit code is 0 when nothing was altered or removed."`
		Accept    auditAcceptFlags    `cmd:"" help:"Accept the entries that were written without a key after one with a key, and record that in the log."`
		Export    auditExportFlags    `cmd:"" help:"Write the audit log, oldest entry first."`
		PublicKey auditPublicKeyFlags `cmd:"" help:"Print the public key that signed heads are verified with."`
	} `cmd:"" help:"Verify and export the audit log."`
}

type demoFlags struct {
	consoleFlags     `group:"The console" set:"environment=demo,color=green,level=warn,log=text"`
	DemoSpeed        setting `default:"20" placeholder:"FACTOR"  help:"Speed of the synthetic day: 0 stops it, 20 makes a day pass in about an hour."`
	DemoSeed         setting `default:"1" placeholder:"NUMBER"  help:"Seed of the synthetic day; the same seed gives the same day."`
	DataDir          setting `default:"data" placeholder:"PATH" help:"Directory of the demo's database; a new directory starts a new platform."`
	maintenanceFlags `group:"Maintenance windows"`
	auditFlags       `group:"The audit log"`
	remoteFlags      `group:"A control plane elsewhere, instead of the embedded one" set:"auth=headers"`
	embeddedFlags    `group:"The embedded control plane"`
}

type serveFlags struct {
	consoleFlags     `group:"The console" set:"environment=production,color=red,level=info,log=json"`
	maintenanceFlags `group:"Maintenance windows"`
	auditFlags       `group:"The audit log"`
	oidcFlags        `group:"Sign-in"`
	remoteFlags      `group:"A control plane elsewhere" set:"auth=passthrough"`
	embeddedFlags    `group:"The embedded control plane"`
	callersFlags     `group:"Callers of the embedded control plane"`
}

type consoleFlags struct {
	Addr           setting `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve the pages on."`
	PublicURL      setting `placeholder:"URL" help:"URL at which browsers reach the console, including the path if a proxy serves it below one; https, unless it is this machine. Default http://ADDR when ADDR is a loopback address."`
	TrustedProxies list    `placeholder:"NETWORK,…" help:"Networks of the proxies in front, such as 10.1.2.0/24, whose X-Forwarded-For tells where requests come from; by default it is ignored."`
	MetricsAddr    setting `placeholder:"HOST:PORT" help:"Address to serve this console's own metrics on, for Prometheus, under /metrics; off by default. It needs no sign-in."`
	OTLPEndpoint   setting `name:"otlp-endpoint" placeholder:"URL" help:"URL of an OpenTelemetry collector that takes traces over HTTP, such as http://127.0.0.1:4318; v1/traces is added. Off by default."`
	TraceRatio     setting `default:"1" placeholder:"FRACTION" help:"Fraction of the requests without a trace of their own that are traced, 0 to 1."`
	databaseFlags
	BackupDir        setting `placeholder:"DIR" help:"Directory for backups of a SQLite database, made while the console runs; none are made by default."`
	BackupEvery      setting `default:"24h" placeholder:"DURATION" help:"Interval between two backups."`
	BackupKeep       setting `default:"7" placeholder:"NUMBER" help:"Number of backups to keep."`
	AllowNewerSchema toggle  `help:"Start on a database that a newer version has migrated, to run the previous version again for a while."`
	ShutdownDelay    setting `placeholder:"DURATION" help:"Time to keep serving after being asked to stop, while /readyz answers 503, so that balancers send requests elsewhere first. Default 5s for serve on PostgreSQL; else 0s, as there is no other replica."`
	Environment      setting `default:"${environment}" placeholder:"NAME" help:"Name of the environment, shown on every page."`
	EnvironmentColor setting `default:"${color}" placeholder:"COLOR" help:"Color of the environment's name: green, blue, amber, red, violet or grey."`
	ConfirmBelow     setting `default:"0.5" placeholder:"FRACTION" help:"Lowering a limit to this fraction of it or less must be confirmed with the environment's name, as must turning on maintenance mode; 0 never asks."`
	TicketPattern    setting `placeholder:"REGEXP" help:"Pattern that marks a ticket in a reason, a regular expression such as OPS-[0-9]+."`
	TicketURL        setting `name:"ticket-url" placeholder:"TEMPLATE" help:"URL of a ticket; {ticket} stands for the ticket."`
	EmailLinks       toggle  `help:"Turn e-mail addresses in reasons into links that write to them."`
	PollInterval     setting `default:"5s" placeholder:"DURATION" help:"Interval between two polls of the control plane."`
	SessionLifetime  setting `default:"12h" placeholder:"DURATION" help:"Maximum session lifetime."`
	SessionIdle      setting `default:"1h" placeholder:"DURATION" help:"Maximum time that a session may be idle."`
	ApprovalActions  list    `placeholder:"ACTION,…" help:"Actions that another operator must approve within 24 hours; none by default. They are ${approvable}."`
	StepUpActions    list    `placeholder:"ACTION,…" help:"Actions that need a sign-in not older than --step-up-max-age; none by default. They are ${actions}."`
	StepUpMaxAge     setting `placeholder:"DURATION" help:"Maximum age of the sign-in for --step-up-actions, at least 1m."`
	Zoneinfo         setting `placeholder:"DIR" help:"Directory of the system's time zones; by default the usual places are searched. The newer of these and the built-in ones are used."`
	LogLevel         setting `default:"${level}" placeholder:"LEVEL" help:"Log level: debug, info, warn or error."`
	LogFormat        setting `default:"${log}" placeholder:"FORMAT" help:"Log format: text or json."`
}

type databaseFlags struct {
	DatabaseURL     setting `secret:"" placeholder:"URL" help:"URL of the console's database: sqlite:///path or postgres://…; by default the demo creates one in --data-dir."`
	DatabaseIdle    setting `name:"database-idle-in-transaction" default:"10s" placeholder:"DURATION" help:"Maximum time that a session of PostgreSQL may leave a transaction idle; a replica that hangs loses its locks then."`
	DatabaseLock    setting `name:"database-lock-timeout" default:"5s" placeholder:"DURATION" help:"Maximum time to wait for a lock of PostgreSQL."`
	DatabaseTimeout setting `name:"database-statement-timeout" default:"30s" placeholder:"DURATION" help:"Maximum time of a statement of PostgreSQL; migrations may take longer."`
}

type maintenanceFlags struct {
	Announcements          setting `default:"public" placeholder:"AUDIENCE" help:"Who can read maintenance announcements: public (everybody, without signing in), signed-in, or off."`
	AnnouncementComponents list    `placeholder:"NAME[=LABEL],…" help:"Components of the platform whose availability over 90 days the announcements show, with the label that users see for each, such as database,starburst=Queries; none by default. It shows outages to everybody who can read them."`
	AnnouncementZone       setting `default:"UTC" placeholder:"ZONE" help:"Time zone of those days, an IANA name such as Europe/Berlin."`
	AnnouncementOrigins    list    `placeholder:"ORIGIN,…" help:"Origins of other sites that may show the announcement banner, such as https://notebooks.example.com; none by default."`
	WebhookAllowedHosts    list    `placeholder:"HOST,…" help:"Hosts that webhooks may call, such as hooks.slack.com or *.webhook.office.com; none by default."`
	WebhookAllowedNetworks list    `placeholder:"NETWORK,…" help:"Private networks in which webhooks may call those hosts, such as 10.1.2.0/24; none by default."`
	BlockedAuthors         list    `placeholder:"USER,…" help:"Users whose maintenance windows are held until another operator takes them over."`
	AlertmanagerURL        setting `placeholder:"URL" help:"URL of an Alertmanager in which windows silence alerts, including the path before /api/v2; one of a cluster is enough. Without it windows silence nothing."`
	AlertmanagerMatchers   setting `placeholder:"MATCHERS" help:"Alerts that a window silences unless it says otherwise, such as namespace=\"graph-olap\",severity=~\"warning|info\"; none by default."`
	AlertmanagerUser       setting `placeholder:"NAME" help:"Username at Alertmanager, for basic authentication."`
	AlertmanagerPassword   setting `secret:"" placeholder:"SECRET" help:"Password of that user."`
	AlertmanagerToken      setting `secret:"" placeholder:"TOKEN" help:"Bearer token for Alertmanager, instead of a user."`
	AlertmanagerCA         setting `name:"alertmanager-ca" placeholder:"PATH" help:"PEM file of the certificate authorities that sign Alertmanager's certificate; by default the system's."`
}

type oidcFlags struct {
	OIDCIssuer         setting `name:"oidc-issuer" placeholder:"URL" help:"Issuer URL of the OpenID Connect provider, exactly as in its tokens."`
	OIDCClientID       setting `name:"oidc-client-id" placeholder:"ID" help:"Client ID of the console at the provider."`
	OIDCClientSecret   setting `name:"oidc-client-secret" secret:"" placeholder:"SECRET" help:"Client secret; leave it out for a public client."`
	OIDCScopes         list    `name:"oidc-scopes" default:"profile,email" placeholder:"SCOPE,…" help:"Scopes requested in addition to openid."`
	OIDCAudience       list    `name:"oidc-audience" placeholder:"AUDIENCE,…" help:"Audiences of the bearer tokens that the console's JSON accepts, beside the client ID; such as that of an API at Auth0."`
	OIDCResource       list    `name:"oidc-resource" placeholder:"URI,…" help:"APIs for which access tokens are requested at sign-in and renewal, sent as resource (RFC 8707); none by default."`
	OIDCRequestAud     setting `name:"oidc-request-audience" placeholder:"AUDIENCE" help:"API for which access tokens are requested at sign-in and renewal, sent as audience, as Auth0 has it; none by default."`
	OIDCUnmarkedTokens toggle  `name:"oidc-unmarked-tokens" help:"Accept bearer tokens that do not identify themselves as access tokens, such as Dex's; ID tokens are then accepted too."`
	RolesClaim         setting `default:"https://api.graph-olap.example.com/roles" placeholder:"PATH" help:"Token claim that contains the roles: a name, or a path such as realm_access.roles."`
	EmailClaim         setting `default:"https://api.graph-olap.example.com/email" placeholder:"PATH" help:"Token claim that contains the e-mail address."`
	UsernameClaim      setting `default:"preferred_username" placeholder:"PATH" help:"Token claim that contains the username."`
	OpsRole            setting `default:"ops" placeholder:"ROLE" help:"Token role that grants operator access."`
}

type remoteFlags struct {
	ControlPlaneURL     setting `placeholder:"URL" help:"URL of the control plane's REST API, http or https."`
	ControlPlaneAuth    setting `default:"${auth}" placeholder:"METHOD" help:"How the console authenticates to it: passthrough (the user's access token), api-key, or headers (X-Username and X-User-Role)."`
	ControlPlaneAPIKey  setting `name:"control-plane-api-key" secret:"" placeholder:"KEY" help:"API key for --control-plane-auth=api-key."`
	ControlPlaneTimeout setting `default:"10s" placeholder:"DURATION" help:"Timeout of one call."`
}

type embeddedFlags struct {
	Embedded            toggle  `help:"Run an embedded control plane instead of using --control-plane-url; the demo does, unless it has a URL."`
	APIAddr             setting `name:"api-addr" default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Address to serve the embedded control plane's REST API on."`
	InternalAPIKey      setting `name:"internal-api-key" secret:"" placeholder:"KEY" help:"API key that services send in X-Internal-Api-Key; without it no key is accepted."`
	StarburstURL        setting `placeholder:"URL" help:"URL of the Starburst or Trino coordinator."`
	StarburstUser       setting `placeholder:"NAME" help:"Username at the coordinator."`
	StarburstPassword   setting `secret:"" placeholder:"SECRET" help:"Password of that user."`
	Kubeconfig          setting `placeholder:"PATH" help:"Kubeconfig file of the Kubernetes cluster that runs the instances."`
	KubernetesInCluster toggle  `help:"Use the service account of the pod that the console runs in."`
	KubernetesNamespace setting `default:"default" placeholder:"NAME" help:"Namespace of the instances' pods."`
	KubernetesSelector  setting `placeholder:"SELECTOR" help:"Label selector of the instances' pods, such as app=graph-instance."`
	KubernetesLabels    list    `placeholder:"NAME=VALUE,…" help:"Labels of the pods in addition to those of the selector."`
	KubernetesImage     list    `placeholder:"[WRAPPER=]IMAGE,…" help:"Container image of the pods: one for all, or one each for ryugraph and falkordb."`
	KubernetesRequests  list    `default:"cpu=500m,memory=2Gi" placeholder:"NAME=QUANTITY,…" help:"Resource requests of each pod: cpu and memory."`
	KubernetesLimits    list    `default:"cpu=2,memory=4Gi" placeholder:"NAME=QUANTITY,…" help:"Resource limits of each pod: cpu and memory."`
	SimulateInstances   toggle  `help:"Run the jobs, and change instances in name only, on a platform's own tables even though no cluster is configured; by default such tables are only watched. For copies of a platform's database."`
	SlowAfter           list    `placeholder:"COMPONENT=DURATION,…" help:"Latency above which a component (database, kubernetes or starburst) is slow; 500ms by default."`
	JobSchedule         list    `placeholder:"JOB=INTERVAL,…" help:"Interval between two runs of a background job; by default ${job_schedule}."`
}

type callersFlags struct {
	TrustIdentityHeaders  list    `placeholder:"NETWORK,…" help:"Networks from which X-Username and X-User-Role are trusted, such as 10.1.2.0/24 of a gateway that sets them; none by default."`
	APIOIDCIssuer         setting `name:"api-oidc-issuer" placeholder:"URL" help:"Issuer URL of the bearer tokens that the REST API accepts; without it none are accepted."`
	APIOIDCAudience       list    `name:"api-oidc-audience" placeholder:"AUDIENCE,…" help:"Audiences of which these tokens must have one."`
	APIPublicURL          setting `name:"api-public-url" placeholder:"URL" help:"URL at which programs reach the REST API, told to those whose token is refused (RFC 9728); by default the host of their request."`
	APIOIDCUnmarkedTokens toggle  `name:"api-oidc-unmarked-tokens" help:"Accept tokens that do not identify themselves as access tokens, such as Dex's; ID tokens are then accepted too."`
	APIOIDCEmailClaim     setting `name:"api-oidc-email-claim" default:"https://api.graph-olap.example.com/email" placeholder:"PATH" help:"Token claim that contains the e-mail address."`
	APIOIDCRolesClaim     setting `name:"api-oidc-roles-claim" default:"https://api.graph-olap.example.com/roles" placeholder:"PATH" help:"Token claim that contains the roles."`
	APIOIDCUsernameClaim  setting `name:"api-oidc-username-claim" placeholder:"PATH" help:"Token claim that contains the username; by default the e-mail address is the username."`
	APIOIDCOpsRole        setting `name:"api-oidc-ops-role" default:"ops" placeholder:"ROLE" help:"Token role that grants operator access."`
}

type backupFlags struct {
	DatabaseURL setting `secret:"" placeholder:"URL" help:"URL of the database to copy: sqlite:///path; for postgres://… the command of pg_dump is printed."`
	File        string  `arg:"" help:"New file."`
}

type restoreFlags struct {
	DatabaseURL setting `secret:"" placeholder:"URL" help:"URL of the database to make: sqlite:///path of a file that is not there yet."`
	Reason      setting `placeholder:"TEXT" help:"Why, for the audit log."`
	Loaded      toggle  `help:"The database was loaded by pg_restore: check it, and record it in the audit log."`
	Force       toggle  `help:"Restore a file that opsconsole backup did not make, or whose audit log is broken."`
	File        string  `arg:"" optional:"" help:"File that opsconsole backup made."`
	auditKeyFlags
}

type auditKeyFlags struct {
	AuditKeys      setting `secret:"" placeholder:"ID:SECRET,…" help:"Keys that audit entries are chained with (HMAC-SHA256): an id and at least 32 bytes in hexadecimal or base64 each, one per line or separated by commas. The first chains new entries, the others only verify. Without any, entries are chained with SHA-256 alone."`
	AuditKey       setting `placeholder:"ID" help:"ID of the key that chains new entries, by default the first; none: begin only once another replica has."`
	AuditKeyedFrom setting `default:"0" placeholder:"NUMBER" help:"Number of the first entry that must be chained with a key, as the page Audit shows it, so that nobody can make the keys seem to begin later."`
}

type auditFlags struct {
	auditKeyFlags
	AuditSigningKey  setting `secret:"" placeholder:"PEM" help:"Ed25519 key (PKCS#8 PEM) that signs heads of the log, at least every 5 minutes and 1,000 entries."`
	AuditAnchors     list    `placeholder:"URL,…" help:"Where signed heads go: file:///PATH, syslog+tls://HOST, syslog+tcp://HOST, syslog+udp://HOST, syslog+unix:///dev/log or https://HOST/PATH; none by default."`
	AuditAnchorToken setting `secret:"" placeholder:"TOKEN" help:"Bearer token for the https destinations."`
	AuditAnchorCA    setting `name:"audit-anchor-ca" placeholder:"PATH" help:"PEM file of the certificate authorities that sign the certificates of these destinations; by default the system's."`
}

type auditVerifyFlags struct {
	databaseFlags
	auditKeyFlags
	AuditSigningKey setting `secret:"" placeholder:"PEM" help:"Key that signed the heads in --anchors; its public part is enough, in --public-key."`
	PublicKey       list    `placeholder:"PATH,…" help:"PEM files of the public keys that signed the heads in --anchors."`
	Anchors         list    `placeholder:"PATH,…" help:"Files of signed heads that the log must match: lines of a file or of a syslog server."`
	File            setting `placeholder:"PATH" help:"Export in JSON lines, oldest first, to verify instead of the database's log."`
}

type auditAcceptFlags struct {
	databaseFlags
	auditKeyFlags
	Reason setting `placeholder:"TEXT" help:"Why, for the audit log: who wrote them, and how that is known."`
}

type auditExportFlags struct {
	databaseFlags
	Format setting `default:"jsonl" placeholder:"FORMAT" help:"Format: jsonl (an entry a line, from which its hash is made) or csv."`
	After  setting `default:"0" placeholder:"NUMBER" help:"Export only the entries after this number, such as the last one of an earlier export."`
}

type auditPublicKeyFlags struct {
	AuditSigningKey setting `secret:"" placeholder:"PEM" help:"Ed25519 key (PKCS#8 PEM) that signs heads of the log."`
}

type healthcheckFlags struct {
	Addr    setting `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address that the pages are served on."`
	Timeout setting `default:"5s" placeholder:"DURATION" help:"Timeout of the check."`
}
