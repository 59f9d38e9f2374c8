package auth_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWhichRoleItIs(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		opsRole string
		roles   any
		want    ops.Role
	}{
		{"", []string{"ops"}, ops.RoleOps},
		{"", []string{"OPS"}, ops.RoleOps},
		{"", "analyst, Ops", ops.RoleOps},
		{"", []string{"admin", "ops", "analyst"}, ops.RoleOps},
		{"", []string{"admin", "analyst"}, ops.RoleAdmin},
		{"", []string{"Analyst"}, ops.RoleAnalyst},
		{"", []string{"operator", "ops "}, ops.RoleOps},
		{"", []string{"devops", "ops2"}, ""},
		{"", []string{}, ""},
		{"", nil, ""},
		{"", 7, ""},
		{"Platform Ops", []string{"platform ops"}, ops.RoleOps},
		{"platform-ops", []string{"ops"}, ""},
		{"platform-ops", []string{"ops", "admin"}, ops.RoleAdmin},
	} {
		idp := newFakeIDP(t)
		c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use, func(cfg *auth.Config) { cfg.OpsRole = test.opsRole })

		made := idp.accessClaims()
		made[auth.DefaultRolesClaim] = test.roles

		got := c.browser(t).call("/", "Bearer "+idp.jwt(made)).Identity
		if got.Username != "dave" || got.Role != test.want || got.IsOps() != (test.want == ops.RoleOps) {
			t.Errorf("with Ops called %q, %v makes %q (ops: %v), want %q", test.opsRole, test.roles, got.Role, got.IsOps(), test.want)
		}
	}
}

func TestWhereTheRolesAreRead(t *testing.T) {
	t.Parallel()

	drop := func(f *fakeIDP) { f.idToken = func(c claims) { delete(c, auth.DefaultRolesClaim) } }
	jwtAccess := func(change func(claims)) func(*fakeIDP) {
		return func(f *fakeIDP) {
			f.access = func(c claims) string {
				change(c)

				return f.jwt(c)
			}
		}
	}
	userinfo := func(status int, extra claims) func(*fakeIDP) {
		return func(f *fakeIDP) {
			f.userinfo = func() (int, claims) {
				body := claims{"sub": "user-1", auth.DefaultRolesClaim: []string{"admin"}}
				maps.Copy(body, extra)

				return status, body
			}
		}
	}

	for name, test := range map[string]struct {
		arrange []func(*fakeIDP)
		want    ops.Role
		kind    string
	}{
		"the ID token comes first": {
			[]func(*fakeIDP){jwtAccess(func(c claims) { c[auth.DefaultRolesClaim] = "admin" }), userinfo(200, nil)}, ops.RoleOps, "",
		},
		"an empty list is an answer": {
			[]func(*fakeIDP){
				func(f *fakeIDP) { f.idToken = func(c claims) { c[auth.DefaultRolesClaim] = []string{} } }, userinfo(200, nil),
			}, "", "",
		},
		"then the access token": {
			[]func(*fakeIDP){drop, jwtAccess(func(c claims) { c["aud"] = "the api" }), userinfo(200, nil)}, ops.RoleOps, "",
		},
		"not one that is somebody else's": {
			[]func(*fakeIDP){drop, jwtAccess(func(c claims) { c["sub"] = "user-2" }), userinfo(200, nil)}, ops.RoleAdmin, "",
		},
		"not one that does not verify": {
			[]func(*fakeIDP){drop, func(f *fakeIDP) { f.access = func(c claims) string { return f.jwt(c) + "x" } }, userinfo(200, nil)},
			ops.RoleAdmin, "",
		},
		"then the userinfo endpoint": {[]func(*fakeIDP){drop, userinfo(200, nil)}, ops.RoleAdmin, ""},
		"which speaks of the same user": {
			[]func(*fakeIDP){drop, userinfo(200, claims{"sub": "user-2"})}, "", "token invalid",
		},
		"and must answer then":     {[]func(*fakeIDP){drop, userinfo(500, nil)}, "", "unreachable"},
		"and else need not":        {[]func(*fakeIDP){userinfo(500, nil)}, ops.RoleOps, ""},
		"there may be none at all": {[]func(*fakeIDP){drop}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			idp := newFakeIDP(t)
			for _, arrange := range test.arrange {
				arrange(idp)
			}

			c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use)

			got := c.browser(t).get("/begin")
			if got.Identity.Role != test.want || got.Kind != test.kind || (test.kind == "") != (got.Status == http.StatusOK) {
				t.Errorf("got %+v, want role %q, kind %q", got, test.want, test.kind)
			}
		})
	}
}

func TestWhatTheUserIsCalled(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		claim  string
		change func(claims)
		want   string
	}{
		"preferred_username":     {"", func(claims) {}, "dave"},
		"else the e-mail":        {"", func(c claims) { delete(c, "preferred_username") }, "dave@graph-olap.example.com"},
		"else the subject":       {"", func(c claims) { delete(c, "preferred_username"); delete(c, "email") }, "user-1"},
		"the configured claim":   {"login.name", func(c claims) { c["login"] = claims{"name": "d"} }, "d"},
		"or nobody":              {"login.name", func(claims) {}, ""},
		"not an empty one":       {"login", func(c claims) { c["login"] = "" }, ""},
		"not one that is a list": {"login", func(c claims) { c["login"] = []string{"dave"} }, ""},
	} {
		idp := newFakeIDP(t)
		c := newConsole(t, storetest.Open(t, storetest.SQLiteURL(t)), idp.use, func(cfg *auth.Config) { cfg.UsernameClaim = test.claim })
		idp.idToken = test.change

		got := c.browser(t).get("/begin")
		if got.Identity.Username != test.want || (test.want == "") != (got.Kind == "token invalid") {
			t.Errorf("%s: %+v, want %q", name, got, test.want)
		}
	}
}

func TestAnUnverifiedAddressIsNoName(t *testing.T) {
	t.Parallel()

	const address = "dave@graph-olap.example.com"

	for name, test := range map[string]struct {
		username string
		claims   claims
		want     string
	}{
		"a name of its own":         {"", claims{"email_verified": false}, "dave"},
		"not verified":              {"", claims{"preferred_username": nil, "email_verified": false}, "user-1"},
		"not verified, as text":     {"", claims{"preferred_username": nil, "email_verified": "False"}, "user-1"},
		"verified":                  {"", claims{"preferred_username": nil, "email_verified": true}, address},
		"nothing said":              {"", claims{"preferred_username": nil}, address},
		"configured":                {"email", claims{"email_verified": true}, address},
		"configured, not verified":  {"email", claims{"email_verified": false}, "user-1"},
		"the platform's":            {auth.DefaultEmailClaim, claims{auth.DefaultEmailClaim: address}, address},
		"the platform's, not so":    {auth.DefaultEmailClaim, claims{auth.DefaultEmailClaim: address, "email_verified": false}, "user-1"},
		"the platform's own word":   {auth.DefaultEmailClaim, claims{auth.DefaultEmailClaim: address, auth.DefaultEmailClaim + "_verified": false}, "user-1"},
		"another claim, not e-mail": {"nickname", claims{"nickname": "d", "email_verified": false}, "d"},
	} {
		idp := newFakeIDP(t)
		c := newConsole(t, sqlite(t), idp.use, func(cfg *auth.Config) { cfg.UsernameClaim = test.username })

		made := idp.accessClaims()
		maps.Copy(made, test.claims)

		got := c.browser(t).call("/", "Bearer "+idp.jwt(made)).Identity
		if got.Username != test.want || got.Subject != "user-1" || got.Issuer != idp.URL || got.Email != address {
			t.Errorf("%s: got %+v, want it called %s", name, got, test.want)
		}
	}
}
