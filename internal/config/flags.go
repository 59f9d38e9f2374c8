package config

// grammar is the command line. A flag's environment variable is derived from its
// name; those that are tagged as secret can be in a file too.
type grammar struct {
	Demo  demoFlags  `cmd:"" help:"Run the console over a synthetic platform, with sign-in accounts of its own, on this machine alone."`
	Serve serveFlags `cmd:"" help:"Serve the console."`

	Config struct {
		Serve serveFlags `cmd:"" help:"What serve would use." default:"withargs"`
		Demo  demoFlags  `cmd:"" help:"What demo would use."`
	} `cmd:"" help:"Print the effective configuration, secrets hidden, and check it."`

	Healthcheck healthcheckFlags `cmd:"" help:"Ask a console on this machine whether it is alive; the exit code is the answer."`
	Version     struct{}         `cmd:"" help:"Print version, commit and Go version."`
}

type demoFlags struct {
	consoleFlags     `group:"The console" set:"environment=demo" set:"color=green" set:"level=warn" set:"log=text"`
	DemoSpeed        setting `default:"20" placeholder:"FACTOR"  help:"How fast the synthetic day passes: 0 holds it still, 20 makes a day pass in about an hour."`
	DemoSeed         setting `default:"1" placeholder:"NUMBER"  help:"The same seed gives the same day."`
	DataDir          setting `default:"data" placeholder:"PATH" help:"Folder of the demo's database; a new one makes a new world."`
	maintenanceFlags `group:"Maintenance windows"`
	remoteFlags      `group:"A control plane elsewhere, instead of the embedded one" set:"auth=headers"`
	embeddedFlags    `group:"The embedded control plane"`
}

type serveFlags struct {
	consoleFlags     `group:"The console" set:"environment=production" set:"color=red" set:"level=info" set:"log=json"`
	maintenanceFlags `group:"Maintenance windows"`
	oidcFlags        `group:"Sign-in"`
	remoteFlags      `group:"A control plane elsewhere" set:"auth=passthrough"`
	embeddedFlags    `group:"The embedded control plane"`
	callersFlags     `group:"Callers of the embedded control plane"`
}

type consoleFlags struct {
	Addr             setting `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where the pages are served."`
	PublicURL        setting `placeholder:"URL" help:"Where browsers reach them, https unless it is this machine; http://ADDR by default when that is loopback."`
	DatabaseURL      setting `secret:"" placeholder:"URL" help:"The console's database: sqlite:///path or postgres://… (the demo makes one in --data-dir)."`
	Environment      setting `default:"${environment}" placeholder:"NAME" help:"What the platform is called on every page."`
	EnvironmentColor setting `default:"${color}" placeholder:"COLOR" help:"The colour of the name: green, blue, amber, red, violet or grey."`
	ConfirmBelow     setting `default:"0.5" placeholder:"PART" help:"Lowering a limit to this part of it or less asks for the environment's name, as turning maintenance on does; 0 never asks."`
	TicketPattern    setting `placeholder:"REGEXP" help:"What in a reason is a ticket, such as OPS-[0-9]+."`
	TicketURL        setting `name:"ticket-url" placeholder:"TEMPLATE" help:"The URL that it leads to; {ticket} is the ticket."`
	PollInterval     setting `default:"5s" placeholder:"DURATION" help:"The time between two looks at the control plane."`
	SessionLifetime  setting `default:"12h" placeholder:"DURATION" help:"After this one signs in again, however busy."`
	SessionIdle      setting `default:"1h" placeholder:"DURATION" help:"After this without a request one signs in again."`
	LogLevel         setting `default:"${level}" placeholder:"LEVEL" help:"debug, info, warn or error."`
	LogFormat        setting `default:"${log}" placeholder:"FORMAT" help:"text or json."`
}

type maintenanceFlags struct {
	Announcements          setting `default:"public" placeholder:"AUDIENCE" help:"Who reads the announcements of maintenance: public (everybody, without sign-in), signed-in, or off."`
	AnnouncementOrigins    list    `placeholder:"ORIGIN,…" help:"Other sites that may show the announcements' banner, such as https://notebooks.example.com; none by default."`
	WebhookAllowedHosts    list    `placeholder:"HOST,…" help:"The hosts that webhooks may call, such as hooks.slack.com or *.webhook.office.com; none by default."`
	WebhookAllowedNetworks list    `placeholder:"NETWORK,…" help:"The private networks in which they may be, such as 10.1.2.0/24; none by default."`
	BlockedAuthors         list    `placeholder:"USER,…" help:"Whose maintenance windows are held until somebody else takes them over."`
}

type oidcFlags struct {
	OIDCIssuer         setting `name:"oidc-issuer" placeholder:"URL" help:"The OpenID Connect provider, as it names itself in its tokens."`
	OIDCClientID       setting `name:"oidc-client-id" placeholder:"ID" help:"The console's client ID there."`
	OIDCClientSecret   setting `name:"oidc-client-secret" secret:"" placeholder:"SECRET" help:"Its secret; none for a public client."`
	OIDCScopes         list    `name:"oidc-scopes" default:"profile,email" placeholder:"SCOPE,…" help:"Asked for beside openid."`
	OIDCUnmarkedTokens toggle  `name:"oidc-unmarked-tokens" help:"Take bearer tokens that do not say that they are access tokens, as Dex's; ID tokens are taken then too."`
	RolesClaim         setting `default:"https://api.graph-olap.example.com/roles" placeholder:"PATH" help:"The claim with the roles: a name, or a path such as realm_access.roles."`
	EmailClaim         setting `default:"https://api.graph-olap.example.com/email" placeholder:"PATH" help:"The claim with the e-mail."`
	UsernameClaim      setting `default:"preferred_username" placeholder:"PATH" help:"The claim with the user name."`
	OpsRole            setting `default:"ops" placeholder:"ROLE" help:"The role that makes an operator."`
}

type remoteFlags struct {
	ControlPlaneURL     setting `placeholder:"URL" help:"A control plane that speaks the contract, http or https."`
	ControlPlaneAuth    setting `default:"${auth}" placeholder:"HOW" help:"As whom it is called: passthrough (the user's access token), api-key, or headers (X-Username and X-User-Role)."`
	ControlPlaneAPIKey  setting `name:"control-plane-api-key" secret:"" placeholder:"KEY" help:"The key for api-key."`
	ControlPlaneTimeout setting `default:"10s" placeholder:"DURATION" help:"How long one call may take."`
}

type embeddedFlags struct {
	Embedded            toggle  `help:"Be the control plane too, instead of --control-plane-url; the demo is unless it has one."`
	APIAddr             setting `name:"api-addr" default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where its REST API is served."`
	InternalAPIKey      setting `name:"internal-api-key" secret:"" placeholder:"KEY" help:"What X-Internal-Api-Key has to hold; without it no key is accepted."`
	StarburstURL        setting `placeholder:"URL" help:"The Starburst or Trino coordinator."`
	StarburstUser       setting `placeholder:"NAME" help:"The user there."`
	StarburstPassword   setting `secret:"" placeholder:"SECRET" help:"The user's password."`
	Kubeconfig          setting `placeholder:"PATH" help:"How to reach the Kubernetes cluster of the instances."`
	KubernetesInCluster toggle  `help:"Reach it with the account of the pod that we run in."`
	KubernetesNamespace setting `default:"default" placeholder:"NAME" help:"The namespace of the instances' pods."`
	KubernetesSelector  setting `placeholder:"SELECTOR" help:"The label selector of the instances' pods, such as app=graph-instance."`
	KubernetesLabels    list    `placeholder:"NAME=VALUE,…" help:"More labels of the pods, beside those that the selector asks for."`
	KubernetesImage     list    `placeholder:"[WRAPPER=]IMAGE,…" help:"What the pods run: one image for all, or one for each of ryugraph and falkordb."`
	KubernetesRequests  list    `default:"cpu=500m,memory=2Gi" placeholder:"NAME=QUANTITY,…" help:"How much cpu and memory is kept for a pod."`
	KubernetesLimits    list    `default:"cpu=2,memory=4Gi" placeholder:"NAME=QUANTITY,…" help:"How much it may use at most."`
	SlowAfter           list    `placeholder:"COMPONENT=DURATION,…" help:"Above which latency database, kubernetes or starburst is slow; 500ms each unless said here."`
	JobSchedule         list    `placeholder:"JOB=INTERVAL,…" help:"How often a background job runs; unless said here reconciliation and lifecycle 5m, export_reconciliation and resource_monitor 1m, instance_orchestration 15s, schema_cache 24h."`
}

type callersFlags struct {
	TrustIdentityHeaders  list    `placeholder:"NETWORK,…" help:"From where X-Username and X-User-Role are believed, such as 10.1.2.0/24 of a gateway that sets them; from nowhere by default."`
	APIOIDCIssuer         setting `name:"api-oidc-issuer" placeholder:"URL" help:"Whose bearer tokens are accepted; none by default."`
	APIOIDCAudience       setting `name:"api-oidc-audience" placeholder:"AUDIENCE" help:"The audience that they must have."`
	APIOIDCUnmarkedTokens toggle  `name:"api-oidc-unmarked-tokens" help:"Take tokens that do not say that they are access tokens, as Dex's; ID tokens are taken then too."`
	APIOIDCEmailClaim     setting `name:"api-oidc-email-claim" default:"https://api.graph-olap.example.com/email" placeholder:"PATH" help:"Their claim with the e-mail."`
	APIOIDCRolesClaim     setting `name:"api-oidc-roles-claim" default:"https://api.graph-olap.example.com/roles" placeholder:"PATH" help:"Their claim with the roles."`
	APIOIDCUsernameClaim  setting `name:"api-oidc-username-claim" placeholder:"PATH" help:"Their claim with the user name; the e-mail unless it is given."`
	APIOIDCOpsRole        setting `name:"api-oidc-ops-role" default:"ops" placeholder:"ROLE" help:"The role in them that makes an operator."`
}

type healthcheckFlags struct {
	Addr    setting `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where the pages are served."`
	Timeout setting `default:"5s" placeholder:"DURATION" help:"How long to wait for the answer."`
}
