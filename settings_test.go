package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/templates"
)

// The configuration imports nothing of ours: here is checked that it says the same.

func TestEveryColorCanBeDrawn(t *testing.T) {
	t.Parallel()

	var drawn []string
	for _, color := range templates.Colors() {
		drawn = append(drawn, string(color))
	}

	if got := config.Colors(); !slices.Equal(got, drawn) {
		t.Errorf("the settings take %v, the pages draw %v", got, drawn)
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

	if s.SessionLifetime != auth.DefaultSessionLifetime || s.SessionIdle != auth.DefaultSessionIdle {
		t.Errorf("the settings say %s and %s", s.SessionLifetime, s.SessionIdle)
	}
}

func TestVersionNamesWhatItWasBuiltFrom(t *testing.T) {
	t.Parallel()

	if got := readVersion().String(); !strings.HasPrefix(got, "opsconsole ") || !strings.Contains(got, "commit") || !strings.Contains(got, "go1.") {
		t.Errorf("got %q", got)
	}
}
