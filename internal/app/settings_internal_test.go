package app

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// The configuration imports nothing of ours: here is checked that it says the same.

func TestEveryColorCanBeDrawn(t *testing.T) {
	t.Parallel()

	var drawn []string
	for _, color := range shell.Colors() {
		drawn = append(drawn, string(color))
	}

	if got := config.Colors(); !slices.Equal(got, drawn) {
		t.Errorf("the settings take %v, the pages draw %v", got, drawn)
	}
}

func TestEveryAudienceCanBeChosen(t *testing.T) {
	t.Parallel()

	var audiences []string
	for _, audience := range announce.Audiences() {
		audiences = append(audiences, string(audience))
	}

	if got := config.Audiences(); !slices.Equal(got, audiences) {
		t.Errorf("the settings take %v, there are %v", got, audiences)
	}
}

func TestAScheduleKeepsWhatIsNotConfigured(t *testing.T) {
	t.Parallel()

	got := schedule(config.Embedded{JobSchedule: map[string]time.Duration{"lifecycle": time.Hour}})
	want := jobs.DefaultSchedule()
	want[ops.JobLifecycle] = time.Hour

	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDefaultClaims(t *testing.T) {
	t.Parallel()

	command, err := config.Parse(t.Context(), strings.Fields("serve --database-url=sqlite:///o.db "+
		"--oidc-issuer=https://id.example.com --oidc-client-id=o --control-plane-url=https://cp.example.com"), config.ThisMachine())
	if err != nil {
		t.Fatal(err)
	}

	s := command.(config.Serve)
	if got, want := [...]string{s.OIDC.RolesClaim, s.OIDC.EmailClaim, s.OIDC.UsernameClaim, s.OIDC.OpsRole},
		[...]string{auth.DefaultRolesClaim, auth.DefaultEmailClaim, auth.DefaultUsernameClaim, auth.DefaultOpsRole}; got != want {
		t.Errorf("the settings say %v, auth %v", got, want)
	}

	tokens := parseTokens(t)
	if got, want := [...]string{tokens.RolesClaim, tokens.EmailClaim, tokens.UsernameClaim, tokens.OpsRole},
		[...]string{auth.DefaultRolesClaim, auth.DefaultEmailClaim, "", auth.DefaultOpsRole}; got != want {
		t.Errorf("the settings say %v of the API's tokens, auth %v", got, want)
	}

	if got := store.Limits(s.DatabaseLimits); got != store.DefaultLimits() {
		t.Errorf("the settings say %+v, store %+v", got, store.DefaultLimits())
	}

	if s.SessionLifetime != auth.DefaultSessionLifetime || s.SessionIdle != auth.DefaultSessionIdle {
		t.Errorf("the settings say %s and %s, auth %s and %s", s.SessionLifetime, s.SessionIdle, auth.DefaultSessionLifetime, auth.DefaultSessionIdle)
	}
}

// parseTokens reads the settings of an embedded control plane that takes tokens.
func parseTokens(t *testing.T) config.Tokens {
	t.Helper()

	command, err := config.Parse(t.Context(), strings.Fields("serve --database-url=sqlite:///o.db --embedded "+
		"--oidc-issuer=https://id.example.com --oidc-client-id=o --api-oidc-issuer=https://id.example.com --api-oidc-audience=api"),
		config.ThisMachine())
	if err != nil {
		t.Fatal(err)
	}

	return *command.(config.Serve).ControlPlane.Embedded.Tokens
}

func TestVersionNamesWhatItWasBuiltFrom(t *testing.T) {
	t.Parallel()

	if got := ReadVersion().String(); !strings.HasPrefix(got, "opsconsole ") || !strings.Contains(got, "commit") || !strings.Contains(got, "go1.") {
		t.Errorf("got %q, want opsconsole with its commit and the version of Go", got)
	}
}
