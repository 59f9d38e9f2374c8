package config_test

import (
	"slices"
	"strings"
	"testing"
)

// TestWrongSettings has a case a rule: the arguments that break it, and what is said.
func TestWrongSettings(t *testing.T) {
	t.Parallel()

	embedded := []string{
		"serve", "--database-url=sqlite:///o.db", "--oidc-issuer=https://id.example.com", "--oidc-client-id=o", "--embedded",
	}

	cluster := append(slices.Clip(embedded), "--kubeconfig=/k", "--kubernetes-selector=a=b", "--kubernetes-image=i")

	tests := []struct {
		base []string
		args string
		flag string
		says string
	}{
		// Where it listens.
		{serveArgs(), "--addr=localhost", "--addr", "is not HOST:PORT"},
		{serveArgs(), "--addr=localhost:http", "--addr", `has the port "http"`},
		{serveArgs(), "--addr=localhost:0", "--addr", `has the port "0"`},
		{serveArgs(), "--addr=localhost:65536", "--addr", "from 1 to 65535"},
		{embedded, "--api-addr=9090", "--api-addr", "is not HOST:PORT"},
		{embedded, "--api-addr=127.0.0.1:8080", "--api-addr", "is the same as --addr"},
		{[]string{"healthcheck"}, "--addr=x", "--addr", "is not HOST:PORT"},
		{[]string{"healthcheck"}, "--timeout=0s", "--timeout", "at least"},

		// Where browsers reach it.
		{serveArgs(), "--addr=:8080", "--public-url", "is missing"},
		{serveArgs(), "--addr=10.0.0.1:8080", "--public-url", "is missing"},
		{serveArgs(), "--public-url=http://console.example.com", "--public-url", "is not https"},
		{serveArgs(), "--public-url=https://console.example.com/a%2Fb", "--public-url", `has the path "/a/b"`},
		{serveArgs(), "--public-url=https://console.example.com/ops/../x", "--public-url", `has the path "/ops/../x"`},
		{serveArgs(), "--public-url=https://console.example.com//ops", "--public-url", `has the path "//ops"`},
		{serveArgs(), "--public-url=https://console.example.com?x=1", "--public-url", "has a user, a query"},
		{serveArgs(), "--public-url=https://me:x@console.example.com", "--public-url", "has a user"},
		{serveArgs(), "--public-url=console.example.com", "--public-url", "not an http or https URL"},
		{serveArgs(), "--public-url=ftp://console.example.com", "--public-url", "not an http or https URL"},
		{serveArgs(), "--public-url=https://", "--public-url", "not an http or https URL"},

		// The database.
		{serveArgs(), "--database-url=", "--database-url", "is missing"},
		{serveArgs(), "--database-url=mysql://db/o", "--database-url", "not a URL of SQLite or PostgreSQL"},
		{serveArgs(), "--database-url=/var/lib/o.db", "--database-url", "not a URL of SQLite or PostgreSQL"},
		{serveArgs(), "--database-url=sqlite://", "--database-url", "names no file"},
		{serveArgs(), "--database-url=sqlite:///var/lib/", "--database-url", "names no file"},
		{serveArgs(), "--database-url=postgres://o:%zz@db/o", "--database-url", "is not a URL"},

		// Who may come in.
		{serveArgs(), "--roles-claim=", "--roles-claim", "is missing"},
		{serveArgs(), "--roles-claim=/a~b", "--roles-claim", "is not a JSON pointer"},
		{serveArgs(), "--email-claim=/~", "--email-claim", "is not a JSON pointer"},
		{serveArgs(), "--username-claim=/a/~2", "--username-claim", "is not a JSON pointer"},
		{
			append(slices.Clip(embedded), "--api-oidc-issuer=https://id.example.com", "--api-oidc-audience=a"),
			"--api-oidc-username-claim=/a~b", "--api-oidc-username-claim", "is not a JSON pointer",
		},

		// The pages.
		{serveArgs(), "--environment=", "--environment", "is missing"},
		{serveArgs(), "--environment-color=pink", "--environment-color", "must be one of green, blue"},
		{serveArgs(), "--poll-interval=5", "--poll-interval", "is not a duration"},
		{serveArgs(), "--poll-interval=10ms", "--poll-interval", "at least 1s"},
		{serveArgs(), "--confirm-below=50%", "--confirm-below", "a number from 0 to 1"},
		{serveArgs(), "--confirm-below=1.1", "--confirm-below", "a number from 0 to 1"},
		{serveArgs(), "--confirm-below=-1", "--confirm-below", "a number from 0 to 1"},
		{serveArgs(), "--ticket-url=https://t.example.com/{ticket}", "--ticket-url", "without --ticket-pattern"},
		{serveArgs(), "--ticket-pattern=OPS-[0-9]+", "--ticket-url", "must be an http or https URL"},
		{serveArgs(), "--ticket-pattern=OPS-[0-9]+ --ticket-url=https://t.example.com/", "--ticket-url", "with {ticket} in it"},
		{serveArgs(), "--ticket-pattern=OPS-[0-9]+ --ticket-url=javascript:{ticket}", "--ticket-url", "must be an http or https URL"},
		{serveArgs(), "--ticket-pattern=( --ticket-url=https://t.example.com/{ticket}", "--ticket-pattern", "not a regular expression"},
		{serveArgs(), "--ticket-pattern=x* --ticket-url=https://t.example.com/{ticket}", "--ticket-pattern", "not a regular expression"},
		{serveArgs(), "--ticket-pattern=OPS-[0-9]+ --ticket-url=https://t.example.com/{ticket}", "", ""},
		{serveArgs(), "--session-lifetime=1s", "--session-lifetime", "at least 1m"},
		{serveArgs(), "--session-idle=-1h", "--session-idle", "at least 1m"},
		{serveArgs(), "--session-lifetime=30m --session-idle=31m", "--session-idle", "longer than --session-lifetime"},
		{serveArgs(), "--database-lock-timeout=10ms", "--database-lock-timeout", "at least 1s"},
		{serveArgs(), "--database-lock-timeout=31s", "--database-lock-timeout", "longer than --database-statement-timeout"},
		{serveArgs(), "--database-lock-timeout=1m --database-statement-timeout=1m", "", ""},
		{serveArgs(), "--shutdown-delay=-1s", "--shutdown-delay", "at least 0s"},
		{serveArgs(), "--log-level=loud", "--log-level", "debug, info, warn or error"},
		{serveArgs(), "--otlp-endpoint=127.0.0.1:4318", "--otlp-endpoint", "not an http or https URL"},
		{serveArgs(), "--otlp-endpoint=http://me:x@127.0.0.1:4318", "--otlp-endpoint", "has a user"},
		{serveArgs(), "--trace-ratio=2", "--trace-ratio", "a number from 0 to 1"},
		{serveArgs(), "--otlp-endpoint=http://127.0.0.1:4318 --trace-ratio=0.1", "", ""},
		{serveArgs(), "--metrics-addr=9090", "--metrics-addr", "is not HOST:PORT"},
		{serveArgs(), "--metrics-addr=127.0.0.1:8080", "--metrics-addr", "is the same as --addr"},
		{embedded, "--metrics-addr=127.0.0.1:8081", "--metrics-addr", "is the same as --api-addr"},
		{[]string{"demo"}, "--metrics-addr=:9090", "--metrics-addr", "only serves this machine"},
		{serveArgs(), "--metrics-addr=10.1.2.3:9090", "", ""},
		{serveArgs(), "--log-format=xml", "--log-format", "must be one of text, json"},

		// Whom maintenance is told.
		{serveArgs(), "--announcements=everybody", "--announcements", "public, signed-in, off"},
		{[]string{"demo"}, "--announcements=no", "--announcements", "public, signed-in, off"},
		{serveArgs(), "--announcement-components==Queries", "--announcement-components", "write NAME or NAME=LABEL"},
		{serveArgs(), "--announcement-components=starburst=", "--announcement-components", "write NAME or NAME=LABEL"},
		{serveArgs(), "--announcement-components=starburst,starburst=Queries", "--announcement-components", "has starburst twice"},
		{serveArgs(), "--announcement-origins=*", "--announcement-origins", "means every site"},
		{serveArgs(), "--announcement-origins=notebooks.example.com", "--announcement-origins", "is not an origin"},
		{serveArgs(), "--announcement-origins=https://n.example.com/", "--announcement-origins", "is not an origin"},
		{serveArgs(), "--announcement-origins=https://me@n.example.com", "--announcement-origins", "is not an origin"},
		{serveArgs(), "--announcement-origins=https://n.example.com?", "--announcement-origins", "is not an origin"},
		{serveArgs(), "--announcement-origins=null", "--announcement-origins", "is not an origin"},
		{serveArgs(), "--announcement-origins=http://n.example.com", "--announcement-origins", "is not https"},
		{serveArgs(), "--announcement-origins=http://localhost:8888", "", ""},
		{serveArgs(), "--webhook-allowed-hosts=https://hooks.slack.com", "--webhook-allowed-hosts", "is not a host name"},
		{serveArgs(), "--webhook-allowed-hosts=*", "--webhook-allowed-hosts", "is not a host name"},
		{serveArgs(), "--webhook-allowed-hosts=*.com", "--webhook-allowed-hosts", "is not a host name"},
		{serveArgs(), "--webhook-allowed-hosts=hooks.*.com", "--webhook-allowed-hosts", "is not a host name"},
		{serveArgs(), "--webhook-allowed-networks=hooks", "--webhook-allowed-networks", "neither a network nor an IP address"},
		{serveArgs(), "--webhook-allowed-networks=::/0", "--webhook-allowed-networks", "everything that this machine can"},
		{serveArgs(), "--alertmanager-token=t", "--alertmanager-token", "without --alertmanager-url"},
		{serveArgs(), "--alertmanager-url=am:9093", "--alertmanager-url", "not an http or https URL"},
		{serveArgs(), "--alertmanager-url=https://am/api/v2/", "--alertmanager-url", "leave that out"},
		{serveArgs(), "--alertmanager-url=http://am --alertmanager-token=t", "--alertmanager-url", "is not https"},
		{serveArgs(), "--alertmanager-url=http://am --alertmanager-ca=/c", "--alertmanager-ca", "is not https"},
		{serveArgs(), "--alertmanager-url=https://am --alertmanager-ca=/no/such/ca.pem", "--alertmanager-ca", "no such file or directory; give a file"},
		{serveArgs(), "--alertmanager-url=https://am --alertmanager-ca=/dev/null", "--alertmanager-ca", "no certificate in it; give a PEM file"},
		{serveArgs(), "--alertmanager-url=https://am --alertmanager-user=u", "--alertmanager-password", "is missing"},
		{serveArgs(), "--alertmanager-url=https://am --alertmanager-password=p", "--alertmanager-user", "is missing"},
		{
			serveArgs(), "--alertmanager-url=https://am --alertmanager-user=u --alertmanager-password=p --alertmanager-token=t",
			"--alertmanager-token", "choose one",
		},
		{serveArgs(), `--alertmanager-url=https://am --alertmanager-matchers=a!="b"`, "--alertmanager-matchers", "none of these labels"},

		// Who may say where requests come from.
		{serveArgs(), "--trusted-proxies=gateway", "--trusted-proxies", "neither a network nor an IP address"},
		{serveArgs(), "--trusted-proxies=10.0.0.0/8,::/0", "--trusted-proxies", "every address"},

		// Who signs in.
		{serveArgs(), "--oidc-issuer=", "--oidc-issuer", "nobody can sign in without it"},
		{serveArgs(), "--oidc-issuer=id.example.com", "--oidc-issuer", "not an http or https URL"},
		{serveArgs(), "--oidc-client-id=", "--oidc-client-id", "is missing"},
		{serveArgs(), "--roles-claim=", "--roles-claim", "is missing"},
		{serveArgs(), "--email-claim=", "--email-claim", "is missing"},
		{serveArgs(), "--username-claim=", "--username-claim", "is missing"},
		{serveArgs(), "--ops-role=", "--ops-role", "is missing"},

		// The control plane: exactly one.
		{serveArgs(), "--control-plane-url=", "--control-plane-url", "or run one with --embedded"},
		{serveArgs(), "--control-plane-url= --embedded=false", "--control-plane-url", "or run one with --embedded"},
		{serveArgs(), "--embedded", "--embedded", "choose one"},
		{embedded, "--embedded=perhaps", "--embedded", "must be true or false"},
		{[]string{"demo"}, "--embedded --control-plane-url=http://cp", "--embedded", "choose one"},

		// One that runs elsewhere.
		{serveArgs(), "--control-plane-url=unix:///cp.sock", "--control-plane-url", "not an http or https URL"},
		{serveArgs(), "--control-plane-url=https://me:hunter2@cp", "--control-plane-url", "has a user"},
		{serveArgs(), "--control-plane-url=https://cp#x", "--control-plane-url", "a fragment"},
		{serveArgs(), "--control-plane-auth=magic", "--control-plane-auth", "passthrough, api-key, headers"},
		{serveArgs(), "--control-plane-auth=api-key", "--control-plane-api-key", "needs the key"},
		{serveArgs(), "--control-plane-api-key=hunter2", "--control-plane-api-key", "is given but not used"},
		{serveArgs(), "--control-plane-timeout=1ms", "--control-plane-timeout", "at least 100ms"},
		{serveArgs(), "--control-plane-timeout=soon", "--control-plane-timeout", "is not a duration"},

		// The embedded one.
		{embedded, "--starburst-user=o", "--starburst-user", "without --starburst-url"},
		{embedded, "--starburst-password=hunter2", "--starburst-password", "without --starburst-url"},
		{embedded, "--starburst-url=https://trino", "--starburst-user", "is missing"},
		{embedded, "--starburst-url=trino:8080 --starburst-user=o", "--starburst-url", "not an http or https URL"},
		{embedded, "--starburst-url=http://trino --starburst-user=o --starburst-password=hunter2", "--starburst-url", "is not https"},
		{embedded, "--starburst-url=http://127.0.0.1:8090 --starburst-user=o --starburst-password=p", "--starburst-url", "is not https"},
		{cluster, "--kubernetes-in-cluster", "--kubeconfig", "choose one"},
		{embedded, "--kubeconfig=/k --kubernetes-image=i", "--kubernetes-selector", "is missing"},
		{cluster, "--kubernetes-selector=a==b==c", "--kubernetes-selector", "is not a label selector"},
		{cluster, "--kubernetes-selector=!team", "--kubernetes-selector", "also matches pods without labels"},
		{cluster, "--kubernetes-selector=tier!=frontend", "--kubernetes-selector", "also matches pods without labels"},
		{cluster, "--kubernetes-selector=!team,tier!=frontend", "--kubernetes-selector", "also matches pods without labels"},
		{cluster, "--kubernetes-selector=a=b,!team", "", ""},
		{cluster, "--kubernetes-selector=a", "--kubernetes-labels", "would not be found again"},
		{cluster, "--kubernetes-selector=a,b!=c --kubernetes-labels=a=x", "", ""},
		{cluster, "--kubernetes-selector=a=b,c=d --kubernetes-labels=c=e", "--kubernetes-labels", "would not be found again"},
		{cluster, "--kubernetes-labels=team", "--kubernetes-labels", "write NAME=VALUE"},
		{cluster, "--kubernetes-labels=team=a/b", "--kubernetes-labels", "write NAME=VALUE"},
		{cluster, "--kubernetes-labels=opsconsole/instance=1", "--kubernetes-labels", "does not begin with opsconsole/"},
		{cluster, "--kubernetes-namespace=", "--kubernetes-namespace", "is missing"},
		{cluster, "--kubernetes-namespace=Graphs", "--kubernetes-namespace", "is not a valid namespace name"},
		{embedded, "--kubeconfig=/k --kubernetes-selector=a=b", "--kubernetes-image", "has no image for ryugraph"},
		{
			embedded, "--kubeconfig=/k --kubernetes-selector=a=b --kubernetes-image=ryugraph=r",
			"--kubernetes-image", "has no image for falkordb",
		},
		{cluster, "--kubernetes-image=i,neo4j=n", "--kubernetes-image", "one of ryugraph, falkordb"},
		{cluster, "--kubernetes-requests=cpu=much", "--kubernetes-requests", "write cpu=QUANTITY"},
		{cluster, "--kubernetes-requests=disk=1Gi", "--kubernetes-requests", "write cpu=QUANTITY"},
		{cluster, "--kubernetes-requests=memory=5Gi", "--kubernetes-requests", "more than --kubernetes-limits allows, 4Gi"},
		{cluster, "--kubernetes-limits=cpu=1", "--kubernetes-limits", "does not limit memory"},
		{cluster, "--kubernetes-limits=memory=-1", "--kubernetes-limits", "write cpu=QUANTITY"},
		{embedded, "--kubernetes-in-cluster=2", "--kubernetes-in-cluster", "must be true or false"},
		{embedded, "--slow-after=1s", "--slow-after", "write COMPONENT=DURATION"},
		{embedded, "--slow-after=database", "--slow-after", "write COMPONENT=DURATION"},
		{embedded, "--slow-after=database=0s", "--slow-after", "write COMPONENT=DURATION"},
		{embedded, "--slow-after=disk=1s", "--slow-after", "database, kubernetes, starburst"},
		{embedded, "--job-schedule=5m", "--job-schedule", "write JOB=INTERVAL"},
		{embedded, "--job-schedule=lifecycle", "--job-schedule", "write JOB=INTERVAL"},
		{embedded, "--job-schedule=lifecycle=hourly", "--job-schedule", `has "lifecycle=hourly"`},
		{embedded, "--job-schedule=lifecycle=-1m", "--job-schedule", "write JOB=INTERVAL"},
		{embedded, "--job-schedule=lifecycle=500ms", "--job-schedule", "at least 1s"},
		{embedded, "--job-schedule=backup=1h", "--job-schedule", "instance_orchestration, resource_monitor"},

		// Its callers.
		{embedded, "--trust-identity-headers=10.0.0.0", "", ""},
		{embedded, "--trust-identity-headers=gateway", "--trust-identity-headers", "neither a network nor an IP address"},
		{embedded, "--trust-identity-headers=10.0.0.0/33", "--trust-identity-headers", "neither a network nor an IP address"},
		{embedded, "--trust-identity-headers=0.0.0.0/0", "--trust-identity-headers", "every address"},
		{embedded, "--trust-identity-headers=10.0.0.0/8,::/0", "--trust-identity-headers", "every address"},
		{embedded, "--api-oidc-issuer=https://id.example.com", "--api-oidc-audience", "is missing"},
		{embedded, "--api-oidc-audience=api", "--api-oidc-audience", "without --api-oidc-issuer"},
		{embedded, "--api-oidc-issuer=https://i --api-oidc-audience=,", "--api-oidc-audience", "is missing"},
		{embedded, "--api-public-url=https://api.example.com/v1", "--api-public-url", `has the path "/v1"`},
		{embedded, "--api-public-url=api.example.com", "--api-public-url", "not an http or https URL"},
		{embedded, "--oidc-resource=api", "--oidc-resource", "absolute URI without a fragment"},
		{embedded, "--oidc-resource=https://api.example.com#a", "--oidc-resource", "absolute URI without a fragment"},
		{embedded, "--api-oidc-issuer=x --api-oidc-audience=api", "--api-oidc-issuer", "not an http or https URL"},
		{embedded, "--api-oidc-issuer=https://i --api-oidc-audience=a --api-oidc-roles-claim=", "--api-oidc-roles-claim", "is missing"},
		{embedded, "--api-oidc-issuer=https://i --api-oidc-audience=a --api-oidc-email-claim=", "--api-oidc-email-claim", "is missing"},

		// The demo is for this machine alone.
		{[]string{"demo"}, "--addr=:8080", "--addr", "means every interface"},
		{[]string{"demo"}, "--addr=0.0.0.0:8080", "--addr", "is 0.0.0.0, which is not loopback"},
		{[]string{"demo"}, "--addr=192.0.2.7:8080", "--addr", "is not loopback"},
		{[]string{"demo"}, "--addr=both.example.com:8080", "--addr", "is 192.0.2.7, which is not loopback"},
		{[]string{"demo"}, "--addr=nowhere.example.com:8080", "--addr", "cannot be resolved"},
		{[]string{"demo"}, "--api-addr=0.0.0.0:8081", "--api-addr", "is not loopback"},
		{[]string{"demo"}, "--api-addr=127.0.0.1:8080", "--api-addr", "is the same as --addr"},
		{[]string{"demo"}, "--public-url=https://console.example.com", "--public-url", "is not this machine"},
		{[]string{"demo"}, "--demo-speed=-1", "--demo-speed", "a number, 0 or more"},
		{[]string{"demo"}, "--demo-speed=NaN", "--demo-speed", "a number, 0 or more"},
		{[]string{"demo"}, "--demo-speed=Inf", "--demo-speed", "a number, 0 or more"},
		{[]string{"demo"}, "--demo-speed=fast", "--demo-speed", "a number, 0 or more"},
		{[]string{"demo"}, "--demo-seed=-1", "--demo-seed", "a whole number"},
		{[]string{"demo"}, "--data-dir=", "--data-dir", "is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.base[0]+" "+tt.args, func(t *testing.T) {
			t.Parallel()

			_, err := parse(t, append(slices.Clip(tt.base), strings.Fields(tt.args)...))

			if tt.flag == "" {
				if err != nil {
					t.Error(err)
				}

				return
			}

			wantProblem(t, err, tt.flag, tt.says)

			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret is told: %v", err)
			}

			if n := strings.Count(err.Error(), "\n"); n != 1 {
				t.Errorf("%d problems are told, want 1: %v", n, err)
			}
		})
	}
}
